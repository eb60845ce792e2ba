//! The HTTP functions, under one roof.

use axum::{Router, ServiceExt, extract::Request, middleware::from_fn};
use colca_api::{App, complete};
use colca_runtime::{Services, serve::routed};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing::info;

use crate::linger::linger;

/// Begins to listen.
pub(crate) async fn listen(address: &str) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    info!(%address, "colca-serve listens on {address}");
    Ok(listener)
}

/// Answers until the process is asked to end, and then whoever was asking.
pub(crate) async fn serve(listener: TcpListener, services: Services) -> std::io::Result<()> {
    let service = routed(router(App::new(services)));
    let service = ServiceExt::<Request>::into_make_service(service);
    axum::serve(listener, service).with_graceful_shutdown(asked_to_end()).await
}

/// The routes of all functions.
pub(crate) fn router(app: App) -> Router {
    let routers = [upload::routes(), catalog::routes(), curate::routes(), admin::routes()];
    let router = routers.into_iter().fold(Router::new(), |all, function| all.merge(function.router()));
    complete(router.with_state(app)).layer(from_fn(linger))
}

async fn asked_to_end() {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        // Without them it ends as any process does.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
