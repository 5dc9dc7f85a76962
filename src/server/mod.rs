//! The HTTP edge: one handler for all questions, one file per other resource, problem+json, OpenAPI, an accept loop with
//! timers.
//!
//! A handler takes its caller from the request (`caller`), works off the async threads on the snapshot that was current
//! when it began (`workers`), and answers under a strong `ETag` (`respond`). Routes and their description are made together
//! (`api`): what is not described is not served.
//! May use: everything but cli.

mod accept;
mod api;
mod areas;
mod ask;
mod caller;
mod catalog;
mod claims;
mod docs;
mod error;
mod geocode;
mod headers;
mod health;
mod jobs;
mod listen;
mod openapi;
mod pages;
mod respond;
mod review;
mod schema;
mod state;
mod stream;
mod tiles;
mod workers;
mod written;

use std::sync::Arc;

use axum::{Router, middleware, routing::get};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
};

pub use error::Problem;
pub use listen::{ServeError, check_address, serve};
pub use openapi::openapi_json;
pub use state::AppState;

/// Containers that hold compressed data already, and tiles, which are small.
fn compressible() -> impl Predicate {
    DefaultPredicate::new()
        .and(NotForContentType::const_new("application/vnd.apache.parquet"))
        .and(NotForContentType::const_new("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))
        .and(NotForContentType::const_new("application/vnd.mapbox-vector-tile"))
}

/// The routes; tests call it without a socket.
pub fn router(state: Arc<AppState>) -> Router {
    let described: Router<Arc<AppState>> = api::described().router;
    described
        .route("/tiles/{set}", get(tiles::tile_json))
        .route("/tiles/{set}/{z}/{x}/{y}", get(tiles::tile))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/openapi.json", get(openapi::json))
        .route("/docs", get(docs::page))
        .fallback(pages::page)
        .layer(middleware::from_fn(error::in_our_words))
        .layer(CompressionLayer::new().compress_when(compressible()))
        .layer(middleware::map_response(respond::tag_of_coding))
        .layer(middleware::from_fn_with_state(state.clone(), headers::guard))
        .layer(CatchPanicLayer::custom(error::after_panic))
        .with_state(state)
}
