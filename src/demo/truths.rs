//! What is planted in the county, so that tests can ask whether it is found.

use serde::Serialize;

use super::county::{County, degrees};
use crate::model::{Day, Month};

/// First month of the incidents.
pub(super) const FIRST_MONTH: Month = Month(2023 * 12 + 6);
/// Months of incidents.
pub(super) const MONTHS: i32 = 36;

/// A planted truth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    /// What it is: `concentration`, `emerging`, `clear-hold-build`, `season-only`.
    pub kind: &'static str,
    /// In words.
    pub what: String,
    /// Code of the area.
    pub area: String,
    /// Longitude and latitude of its middle.
    pub at: [f64; 2],
    /// First day it holds, or empty.
    pub from: String,
    /// Factor on the ordinary rate while it holds.
    pub factor: f64,
    /// Codes of areas that take part of it (displacement).
    pub into: Vec<String>,
    #[serde(skip)]
    pub(super) index: usize,
    #[serde(skip)]
    pub(super) into_index: Vec<usize>,
}

/// Everything planted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    /// The county's name.
    pub county: &'static str,
    /// Seed it was made from.
    pub seed: u64,
    /// Layer of its areas.
    pub layer: &'static str,
    /// First day of the incidents.
    pub from: String,
    /// First day after the last.
    pub to: String,
    /// Planted patterns.
    pub truths: Vec<Truth>,
    /// Source with months that were never sent, and these months.
    pub missing: (String, Vec<String>),
    /// Share of police records at the default location, and of records with bad coordinates.
    pub default_location_share: f64,
    /// Share of records with bad coordinates: none, 0 and 0, or far outside.
    pub bad_location_share: f64,
    /// The default location, longitude and latitude.
    pub default_location: [f64; 2],
}

/// Month from which the Clear-Hold-Build area falls.
pub(super) const CLEAR_HOLD_BUILD: Month = Month(2025 * 12);
/// Month from which the new place emerges.
pub(super) const EMERGES: Month = Month(2026 * 12 + 2);
/// The quarter that youth contacts were not sent for.
pub(super) const NOT_SENT: [Month; 3] = [Month(2025 * 12 + 3), Month(2025 * 12 + 4), Month(2025 * 12 + 5)];

/// Decides what is planted where.
pub(super) fn plant(county: &County, seed: u64) -> Manifest {
    let truth = |kind, what: &str, town: usize, quarter: usize, from: Option<Month>, factor: f64| {
        let index = county.quarter(town, quarter);
        let area = &county.areas[index];
        let middle = degrees(area.streets.iter().find_map(|s| s.points.first()).copied().unwrap_or(area.ring[0]));
        Truth {
            kind,
            what: what.to_owned(),
            area: area.code.clone(),
            at: [middle.lon, middle.lat],
            from: from.map(|m| m.first_day().to_string()).unwrap_or_default(),
            factor,
            into: Vec::new(),
            index,
            into_index: Vec::new(),
        }
    };
    let mut build = truth(
        "clear-hold-build",
        "police and youth contact records fall to about half from January 2025; about a seventh of what is gone turns up in the areas around",
        2,
        9,
        Some(CLEAR_HOLD_BUILD),
        0.5,
    );
    build.into_index = county.around(build.index);
    build.into = build.into_index.iter().map(|&i| county.areas[i].code.clone()).collect();
    let default = degrees(
        county.areas[county.quarter(0, 0)].streets[0].points.first().copied().unwrap_or(county.areas[0].ring[0]),
    );
    let end = Month(FIRST_MONTH.0 + MONTHS).first_day();
    Manifest {
        county: super::names::COUNTY,
        seed,
        layer: super::names::LAYER,
        from: FIRST_MONTH.first_day().to_string(),
        to: Day(end.0).to_string(),
        truths: vec![
            truth("concentration", "town centre with nine times the ordinary rate in every month", 0, 5, None, 9.0),
            truth("emerging", "a quarter that begins to rise in March 2026", 1, 10, Some(EMERGES), 5.0),
            build,
            truth(
                "season-only",
                "a seaside quarter that is busy every July and August and quiet every winter",
                3,
                6,
                None,
                1.0,
            ),
        ],
        missing: ("youth-contacts".to_owned(), NOT_SENT.map(|m| m.to_string()).to_vec()),
        default_location_share: 0.02,
        bad_location_share: 0.01,
        default_location: [default.lon, default.lat],
    }
}
