//! Answers: a query against a snapshot gives typed rows with named columns, from which every output is made.
//!
//! Counting: `count`, `breaks`, `zeros`. Evidence: `hotspots` (is it high for its exposure?), `emerging` and `trend` (what is its history?),
//! `scan` (is something gathering?), `compare` (is the change real?), `briefing` (what changed?), `profile` and `vulnerability`.
//! May use: model, stats, area, grid, table, snapshot.

mod breaks;
mod briefing;
mod compare;
mod count;
mod emerging;
mod exposure;
mod hotspots;
mod parameters;
mod place;
mod plan;
mod profile;
mod rows;
mod scan;
mod steps;
mod trend;
mod verdict;
mod vulnerability;
mod zeros;

pub use breaks::{Breaks, breaks};
pub use briefing::{AverageWeek, Briefing, BriefingRequest, Change, Gathering, briefing};
pub use compare::{
    Claim, ClaimExposure, CompareRequest, Comparison, ComparisonArea, ComparisonResult, CountyChange,
    DisplacementResult, Peak, Picked, Placebo, Power, RatioInterval, SameSeason, compare,
};
pub use count::{CountAnswer, Summary, count, count_of_groups};
pub use emerging::{EmergingAnswer, EmergingRequest, EmergingSummary, Scheme, StepLength, emerging};
pub use exposure::Exposure;
pub use hotspots::{ALPHA, HotspotAnswer, HotspotRequest, HotspotTest, MapMethod, MapSummary, hotspots};
pub use parameters::Parameters;
pub use place::PlaceRef;
pub use plan::{AnalysisError, PlaceDimension, Plan};
pub use profile::{MixPart, MonthPoint, Profile, ProfileRequest, Rank, Week, WeekShape, profile};
pub use rows::{Column, PlaceKey, Rows, Values};
pub use scan::{ScanAnswer, ScanRequest, ScanSummary, scan};
pub use steps::METHOD_VERSION;
pub use trend::{TrendAnswer, TrendRequest, TrendSummary, trend};
pub use verdict::{Evidence, verdict};
pub use vulnerability::{VliAnswer, VliRequest, VliSummary, vli};
