//! The questions: one file or folder each, and the registry that lists them.
//!
//! Counting: `count`, `breaks`. Evidence: `hotspots` (is it high for its exposure?), `emerging` and `trend` (what is its
//! history?), `scan` (is something gathering?), `compare` (is the change real?), `briefing` (what changed?), `profile` and
//! `vulnerability`; `coverage` says what was received.
//! May use: ask, model, stats, area, grid, table, snapshot.

mod breaks;
mod briefing;
mod checksums;
mod compare;
mod count;
mod coverage;
mod emerging;
mod error;
mod exposure;
mod hotspots;
mod map;
mod mix;
mod place;
mod plan;
mod profile;
mod registry;
mod scan;
mod steps;
mod stream;
mod tally;
mod throughout;
mod trend;
mod verdict;
mod vulnerability;

pub use breaks::{Breaks, BreaksQuestion, breaks};
pub use briefing::{AverageWeek, Briefing, BriefingRequest, Change, Gathering, briefing};
pub use checksums::{Changed, Checksums};
pub use compare::{
    Claim, ClaimExposure, CompareRequest, Comparison, ComparisonArea, ComparisonResult, CountyChange,
    DisplacementResult, EarlierYear, LocatingResult, Peak, Picked, Placebo, Power, RatioInterval, SameSeason, compare,
};
pub(crate) use count::rate_of;
pub use count::{Count, Counted, Summary, count};
pub use coverage::CoverageQuestion;
pub use emerging::{EmergingAnswer, EmergingRequest, EmergingSummary, Scheme, StepLength, emerging};
pub use exposure::Exposure;
pub use hotspots::{ALPHA, HotspotAnswer, HotspotRequest, HotspotTest, hotspots};
pub use map::{MapMethod, MapSummary};
pub use plan::{PlaceDimension, Plan};
pub use profile::{MixPart, MonthPoint, Profile, ProfileRequest, Rank, ResidentRate, Week, WeekShape, profile};
pub use registry::{QUESTIONS, question};
pub use scan::{Found, ScanAnswer, ScanRequest, ScanSummary, scan};
pub use trend::{TrendAnswer, TrendMonth, TrendRequest, TrendSummary, trend};
pub use verdict::{Evidence, verdict};
pub use vulnerability::{VliAnswer, VliRequest, VliSummary, vli};
