//! Files to stored incidents, layers and indicators: readers, mappings, placing, the report.
//!
//! A bad row is data ([`Rejection`]), a bad file refuses the whole import, and a commit is all or nothing.
//! May use: model, area, grid, geocode, workspace.

mod area_names;
mod areas;
mod categories;
mod choice;
mod csv_file;
mod decided;
mod draft;
mod error;
mod gazetteers;
mod generic;
mod geocode_file;
mod harm;
mod indicators;
mod line_file;
mod locating;
mod mapping;
mod merge;
mod moved;
mod opening;
mod personal;
mod placing;
mod police;
mod positions;
mod queue;
mod quoting;
mod received;
mod remove;
mod renamed;
mod repeats;
mod report;
mod run;
mod sentences;
mod source_files;
mod swallowed;
mod tell;
mod verify;
mod watched;
mod words;

pub use areas::{AddAreas, AreasAdded, AreasNamed, add_areas, name_areas};
pub use choice::{Before, Choice, Decided, Was};
pub use csv_file::parse_decimal;
pub use decided::{Scope, WaitingRecords, give_back, place_waiting, take_back, waiting_by_words};
pub use draft::draft_mapping;
pub use error::ImportError;
pub use gazetteers::{
    AddGazetteer, GazetteerAdded, LEARNED, add_gazetteer, default_locations, learn_gazetteer, open_geocoder,
    remove_gazetteer, study_of,
};
pub use geocode_file::{GeocodeColumns, GeocodeTally, geocode_file};
pub use harm::{AddHarm, HarmAdded, add_harm};
pub use indicators::{AddIndicators, IndicatorsAdded, add_indicators};
pub use mapping::Mapping;
pub use placing::Placer;
pub use police::{PoliceFile, PoliceRow, read_police_file};
pub use positions::{Position, Positions};
pub use queue::{QueueCandidate, candidates_of, counted, stored_candidates, stored_defaults};
pub use received::Covers;
pub use remove::{RemoveRequest, Removed, accept_month, remove};
pub use report::{FileReport, ImportReport, Progress, Rejection, rejected_csv};
pub use run::{ImportRequest, import};
pub use source_files::{SourceFile, find_files};
pub use tell::{TableKind, UnitColumn, tell_table};
pub use verify::verify_places;
pub(crate) use words::Words;

/// The source whose files need no mapping.
pub const POLICE_UK: &str = "police.uk";
