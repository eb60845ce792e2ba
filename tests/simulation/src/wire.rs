//! What lies between a process and the services: here calls fail, are late, and kill.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use futures::future::pending;
use tokio::time::sleep;

use crate::cloud::Ask;
use crate::process::Life;
use crate::weather::Fate;
use crate::world::World;

/// The connections of one process.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    pub(crate) world: Arc<World>,
    pub(crate) life: Arc<Life>,
}

impl HttpClient for Wire {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let wire = self.clone();
        let ask = Ask::of(&request);
        HttpConnectorFuture::new(async move { wire.send(ask).await })
    }
}

impl Wire {
    async fn send(self, ask: Ask) -> Result<HttpResponse, ConnectorError> {
        let Self { world, life } = self;
        world.count("calls");
        sleep(world.delay(&ask)).await;
        life.awake().await;
        // Part of a dead process that nothing has stopped yet.
        if life.is_over() {
            return pending().await;
        }
        let fate = world.fate(&ask);
        tracing::debug!(process = ?Arc::as_ptr(&life), at = %world.now(), "{ask} is {fate}");
        let answer = match fate {
            Fate::Done => world.answer(&ask).await,
            Fate::Refused(answer) => {
                world.count("refused");
                answer
            }
            Fate::Unheard => {
                world.count("unheard");
                world.answer(&ask).await;
                return Err(lost());
            }
            Fate::Late(after) => {
                world.count("late");
                let later = world.clone();
                tokio::spawn(async move {
                    sleep(after).await;
                    later.answer(&ask).await;
                });
                return Err(lost());
            }
            Fate::KilledBefore => return die(&world, &life).await,
            Fate::KilledAfter => {
                world.answer(&ask).await;
                return die(&world, &life).await;
            }
            Fate::Frozen(time) => {
                world.count("frozen");
                life.freeze(time);
                world.answer(&ask).await
            }
        };
        if answer.is_refused_by_condition() {
            world.count("conditions that did not hold");
        }
        sleep(world.delay(&ask)).await;
        life.awake().await;
        Ok(answer.into_response())
    }
}

async fn die<T>(world: &World, life: &Life) -> T {
    world.count("killed");
    life.end();
    pending().await
}

fn lost() -> ConnectorError {
    ConnectorError::io("the connection was reset".into())
}
