//! Every question there is, a line each: commands, routes, their description and the page of documentation follow it.

use super::{
    Breaks, BreaksQuestion, Briefing, BriefingRequest, Claim, CompareRequest, Count, CoverageQuestion, EmergingRequest,
    EmergingSummary, HotspotRequest, MapSummary, Profile, ProfileRequest, ScanRequest, ScanSummary, Summary,
    TrendRequest, TrendSummary, VliRequest, VliSummary, coverage::CoverageSummary, mix::MixQuestion,
};
use crate::ask::Entry;

/// The questions, in the order of help and documentation.
pub static QUESTIONS: [Entry; 12] = [
    Entry::of::<Count, Summary>(),
    Entry::of::<MixQuestion, Summary>(),
    Entry::of::<BreaksQuestion, Breaks>(),
    Entry::of::<HotspotRequest, MapSummary>(),
    Entry::of::<EmergingRequest, EmergingSummary>(),
    Entry::of::<TrendRequest, TrendSummary>(),
    Entry::of::<ScanRequest, ScanSummary>(),
    Entry::of::<CompareRequest, Claim>(),
    Entry::of::<BriefingRequest, Briefing>(),
    Entry::of::<ProfileRequest, Profile>(),
    Entry::of::<VliRequest, VliSummary>(),
    Entry::of::<CoverageQuestion, CoverageSummary>(),
];

/// A question by name.
#[must_use]
pub fn question(name: &str) -> Option<&'static Entry> {
    QUESTIONS.iter().find(|entry| entry.declaration.name == name)
}
