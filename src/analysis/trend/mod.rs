//! `places trend`: which areas rise or fall, and the monthly series of a place with its expected band.

mod answer;
mod areas;
mod chart;
mod question;
mod series;

pub use answer::{TrendAnswer, TrendMonth, TrendSummary};
pub use question::{TrendRequest, trend};
