//! The HTTP functions, under one roof.

use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Router, ServiceExt, extract::Request};
use colca_api::{App, Routes, complete};
use colca_runtime::{Services, serve::routed};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing::info;

use crate::linger::linger;
use crate::under_way::{self, UnderWay};

/// Begins to listen.
pub(crate) async fn listen(address: &str) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    info!(%address, "colca-serve listens on {address}");
    Ok(listener)
}

/// Answers until the process is asked to end, and then whoever was asking.
pub(crate) async fn serve(listener: TcpListener, services: Services) -> std::io::Result<()> {
    let under_way = UnderWay::default();
    let router = router(App::new(services)).layer(from_fn_with_state(under_way.clone(), under_way::count));
    let service = ServiceExt::<Request>::into_make_service(routed(router));
    let served = axum::serve(listener, service).with_graceful_shutdown(asked_to_end());
    let nobody_asks = async {
        asked_to_end().await;
        under_way.none().await;
    };
    tokio::select! {
        ended = served.into_future() => ended,
        () = nobody_asks => Ok(()),
    }
}

/// The functions that speak HTTP.
pub(crate) fn functions() -> [Routes<App>; 4] {
    [upload::routes(), catalog::routes(), curate::routes(), admin::routes()]
}

/// The routes of all functions.
pub(crate) fn router(app: App) -> Router {
    let router = functions().into_iter().fold(Router::new(), |all, function| all.merge(function.router()));
    complete(router, app).layer(from_fn(linger))
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
