//! `places.toml`: settings a person edits; the program changes single keys and keeps the comments.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;

use super::WorkspaceError;
use crate::model::{BngPoint, Calendar, Definition, LonLat, bng_to_lonlat};

/// What `places init` writes.
pub const TEMPLATE: &str = include_str!("../../data/places.toml");

/// The settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What the partnership is called on screen.
    #[serde(default)]
    pub title: String,
    /// Where counting happens.
    #[serde(default)]
    pub study_area: StudyArea,
    /// Rules of import.
    #[serde(default)]
    pub import: ImportSettings,
    /// Rules of geocoding.
    #[serde(default)]
    pub geocode: GeocodeSettings,
    /// Offence definitions by name.
    #[serde(default)]
    pub definitions: BTreeMap<String, Definition>,
    /// Named sets of days.
    #[serde(default)]
    pub calendars: BTreeMap<String, CalendarSettings>,
    /// What is known of sources by name.
    #[serde(default)]
    pub sources: BTreeMap<String, SourceSettings>,
}

/// `[study_area]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyArea {
    /// The layer whose union is the study area; empty while there is none.
    #[serde(default)]
    pub layer: String,
}

/// `[import]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportSettings {
    /// Share of rejected rows above which a file is refused whole, 0 to 1.
    #[serde(default = "default_share")]
    pub max_rejected_share: f64,
    /// Whether records dated after the day of import are kept, as a source of planned events has them; they never move
    /// what questions take for now.
    #[serde(default)]
    pub planned: bool,
}

/// `[geocode]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeocodeSettings {
    /// Places that stand in for unknown ones.
    #[serde(default)]
    pub default_locations: Vec<DefaultLocationSettings>,
}

/// `[[geocode.default_locations]]`: longitude and latitude, or easting and northing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultLocationSettings {
    /// What stands there.
    pub name: String,
    /// Degrees.
    pub lon: Option<f64>,
    /// Degrees.
    pub lat: Option<f64>,
    /// National Grid metres.
    pub easting: Option<f64>,
    /// National Grid metres.
    pub northing: Option<f64>,
    /// Records within this distance are taken to be placed there by default, metres.
    #[serde(default = "default_radius_m")]
    pub radius_m: f64,
}

impl DefaultLocationSettings {
    /// Where it is; none where neither pair is whole.
    #[must_use]
    pub fn point(&self) -> Option<LonLat> {
        if let (Some(lon), Some(lat)) = (self.lon, self.lat) {
            return LonLat::new(lon, lat).ok();
        }
        bng_to_lonlat(BngPoint { easting: self.easting?, northing: self.northing? }).ok()
    }
}

/// `[calendars.NAME]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarSettings {
    /// Spans such as `2025-01-06..2025-02-14`, both days inside.
    pub dates: Vec<String>,
}

/// `[sources.NAME]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSettings {
    /// What it is called on screen.
    #[serde(default)]
    pub title: String,
    /// The agency that owns it.
    #[serde(default)]
    pub owner: String,
    /// Districts that it speaks for, by code or name; empty for the study area.
    #[serde(default)]
    pub covers: Vec<String>,
    /// The same for each of its parts, such as the forces of police.uk; those not named speak for what is known of them.
    #[serde(default)]
    pub parts: BTreeMap<String, Vec<String>>,
}

fn default_radius_m() -> f64 {
    30.0
}

fn default_share() -> f64 {
    0.2
}

impl Default for ImportSettings {
    fn default() -> Self {
        Self { max_rejected_share: default_share(), planned: false }
    }
}

impl Settings {
    /// Reads and checks the bytes of a settings file; with their checksum.
    ///
    /// # Errors
    /// [`WorkspaceError::Settings`] with line and reason.
    pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<(Self, String), WorkspaceError> {
        let text = std::str::from_utf8(bytes).map_err(|e| e.to_string());
        let settings = text.and_then(Self::parse);
        let settings = settings.map_err(|reason| WorkspaceError::Settings { path: path.to_owned(), reason })?;
        Ok((settings, blake3::hash(bytes).to_hex().to_string()))
    }

    /// Reads and checks the text of a settings file.
    ///
    /// # Errors
    /// What is wrong and where, as one text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let settings: Self = toml::from_str(text).map_err(|e| e.to_string())?;
        let share = settings.import.max_rejected_share;
        if !(0.0..=1.0).contains(&share) {
            return Err(format!("[import] max_rejected_share {share} is not between 0 and 1"));
        }
        for place in &settings.geocode.default_locations {
            if place.point().is_none() || !(0.0..=2_000.0).contains(&place.radius_m) {
                let name = &place.name;
                return Err(format!(
                    "[[geocode.default_locations]] {name:?} needs lon and lat, or easting and northing, and a radius_m of at most 2,000"
                ));
            }
        }
        for (name, calendar) in &settings.calendars {
            Calendar::parse(&calendar.dates).map_err(|e| format!("[calendars.{name}] {e}"))?;
        }
        Ok(settings)
    }

    /// The calendars, read.
    #[must_use]
    pub fn calendars(&self) -> BTreeMap<String, Calendar> {
        self.calendars.iter().map(|(name, c)| (name.clone(), Calendar::parse(&c.dates).unwrap_or_default())).collect()
    }

    /// The text of a settings file with another study area, comments kept.
    ///
    /// # Errors
    /// [`WorkspaceError::Settings`] when the file is not TOML, or the I/O error.
    pub(super) fn with_study_area(path: &Path, layer: &str) -> Result<String, WorkspaceError> {
        let text = fs_err::read_to_string(path)?;
        let mut document: toml_edit::DocumentMut = text.parse().map_err(|e: toml_edit::TomlError| {
            WorkspaceError::Settings { path: path.to_owned(), reason: e.to_string() }
        })?;
        document["study_area"]["layer"] = toml_edit::value(layer);
        Ok(document.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_valid_and_holds_the_three_definitions() {
        let settings = Settings::parse(TEMPLATE).unwrap();
        let names: Vec<&String> = settings.definitions.keys().collect();
        assert_eq!(names, ["asb", "serious-violence", "youth-place"]);
        assert!((settings.import.max_rejected_share - 0.2).abs() < 1e-12);
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let error = Settings::parse("title = \"x\"\n[import]\nmax_rejected = 0.2\n").unwrap_err();
        assert!(error.contains("line 3") && error.contains("max_rejected"), "{error}");
    }
}
