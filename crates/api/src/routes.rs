//! Routes, and what OpenAPI says of them: both come from the same line, so neither can say what the other does not.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};
use utoipa::openapi::path::{HttpMethod, PathItem};
use utoipa::openapi::{Paths, PathsBuilder};

use crate::Operation;

/// Routes, before they have a state.
pub struct Routes<S> {
    router: Router<S>,
    /// Described when somebody asks: a function that starts has better things to do.
    described: Vec<(HttpMethod, String, Operation)>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self { router: Router::new(), described: vec![] }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Answers `method` at each of several paths. They have no slash at the end: [`colca_runtime::serve::routed`] takes
    /// that off.
    ///
    /// # Panics
    /// If a path has a handler for the method already, at the start of the function.
    #[must_use]
    pub fn on<P, H, T>(mut self, method: &Method, paths: &[P], handler: H, operation: &Operation) -> Self
    where
        P: AsRef<str>,
        H: Handler<T, S>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method.clone()).expect("a method that HTTP knows");
        for path in paths.iter().map(AsRef::as_ref) {
            self.router = self.router.route(path, on(filter, handler.clone()));
            if let Some(method) = documented(method) {
                self.described.push((method, path.to_owned(), operation.clone()));
            }
        }
        self
    }

    /// Answers GET.
    #[must_use]
    pub fn get<P, H, T>(self, paths: &[P], handler: H, operation: &Operation) -> Self
    where
        P: AsRef<str>,
        H: Handler<T, S>,
        T: 'static,
    {
        self.on(&Method::GET, paths, handler, operation)
    }

    /// Answers POST.
    #[must_use]
    pub fn post<P, H, T>(self, paths: &[P], handler: H, operation: &Operation) -> Self
    where
        P: AsRef<str>,
        H: Handler<T, S>,
        T: 'static,
    {
        self.on(&Method::POST, paths, handler, operation)
    }

    /// The routes.
    pub fn router(self) -> Router<S> {
        self.router
    }

    /// What OpenAPI says of them.
    #[must_use]
    pub fn paths(&self) -> Paths {
        let described = self.described.iter();
        let described = described
            .map(|(method, path, operation)| (path.clone(), PathItem::new(method.clone(), operation.at(path))));
        described.fold(PathsBuilder::new(), |paths, (path, item)| paths.path(path, item)).build()
    }
}

fn documented(method: &Method) -> Option<HttpMethod> {
    Some(match *method {
        Method::GET => HttpMethod::Get,
        Method::HEAD => HttpMethod::Head,
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::DELETE => HttpMethod::Delete,
        _ => return None,
    })
}
