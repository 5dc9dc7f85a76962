//! The HTTP edge: one file per resource, problem+json, OpenAPI, an accept loop with timers.
//!
//! A handler takes the caller and the query string, computes off the async threads on the snapshot that was
//! current when it began, and answers with a strong `ETag` of snapshot, protection, role and canonical query.
//! May use: everything but cli.

mod areas;
mod catalog;
mod claims;
mod count;
mod error;
mod evidence;
mod geocode;
mod headers;
mod health;
mod listen;
mod openapi;
mod pages;
mod respond;
mod review;
mod state;
mod tiles;

use std::sync::Arc;

use axum::{
    Router, middleware,
    routing::{get, post},
};
use tower_http::catch_panic::CatchPanicLayer;

pub use error::Problem;
pub use listen::{ServeError, check_address, serve};
pub use openapi::openapi_json;
pub use state::AppState;

/// The routes; tests call it without a socket.
pub fn router(state: Arc<AppState>) -> Router {
    let api = Router::new()
        .route("/count", get(count::count))
        .route("/breaks", get(count::breaks))
        .route("/areas", get(areas::layers))
        .route("/areas/{layer}", get(areas::layer))
        .route("/areas/{layer}/{code}/profile", get(claims::profile))
        .route("/hotspots", get(evidence::hotspots))
        .route("/emerging", get(evidence::emerging))
        .route("/trend", get(evidence::trend))
        .route("/scan", get(evidence::scan))
        .route("/vli", get(evidence::vli))
        .route("/compare", get(claims::compare))
        .route("/briefing", get(claims::briefing))
        .route("/claims", get(claims::list).post(claims::keep))
        .route("/claims/{id}", get(claims::show))
        .route("/methods", get(claims::methods))
        .route("/gazetteers", get(geocode::gazetteers))
        .route("/geocode", post(geocode::geocode))
        .route("/review", get(review::queue))
        .route("/review/decisions", post(review::decide))
        .route("/review/decisions/agree", post(review::agree_decision))
        .route("/review/undo", post(review::undo))
        .route("/review/aliases", post(review::teach))
        .route("/review/aliases/agree", post(review::agree))
        .route("/coverage", get(catalog::coverage))
        .route("/sources", get(catalog::sources))
        .route("/definitions", get(catalog::definitions))
        .route("/version", get(catalog::version))
        .fallback(error::no_such_path);
    Router::new()
        .nest("/api/v1", api)
        .route("/tiles/{set}", get(tiles::tile_json))
        .route("/tiles/{set}/{z}/{x}/{y}", get(tiles::tile))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/openapi.json", get(openapi::json))
        .route("/docs", get(openapi::page))
        .fallback(pages::page)
        .layer(middleware::map_response(error::in_our_words))
        .layer(middleware::from_fn_with_state(state.clone(), headers::guard))
        .layer(CatchPanicLayer::custom(error::after_panic))
        .with_state(state)
}
