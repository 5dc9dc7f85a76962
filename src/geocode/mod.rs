//! From what was written down to a place, with honest precision: gazetteers, parsing, matching, confidence, explanation.
//!
//! Pure: bytes and texts in, answers out; no files, no network, nothing kept of a text. Every reading of what a record
//! mentions is a hypothesis; everything else it mentions is evidence for or against it; shares of mass become calibrated
//! probabilities of the right area and cells, and the radius that holds the truth nine times in ten.
//! Geographic coordinates are WGS 84. May use: model, area, grid.

mod answer;
mod build;
mod calibration;
mod change;
mod confidence;
mod coordinates;
mod defaults;
mod entry;
mod everyday;
mod evidence;
mod explain;
mod fuzzy;
mod gazetteers;
mod geocoder;
mod gridref;
mod home;
mod hypothesis;
mod index;
mod input;
mod learn;
mod maker;
mod output;
mod parse;
mod people;
mod postcode;
mod privacy;
mod publisher;
mod samples;
mod scan;
mod spelling;
mod study;
mod token;
mod wording;

pub use answer::{Answer, Candidate, Confidence, Status};
pub use build::build_index;
pub use change::{IndexChange, Moved, compare_indexes};
pub use coordinates::{CoordinateTexts, is_coordinate};
pub use defaults::{DefaultLocation, DefaultLocations, PointCounts, ProbableDefault, probable_defaults};
pub use entry::{EntryKind, NewEntry, NewPostcode, PostcodePoint, WeightedPoint};
pub use everyday::is_everyday;
pub use geocoder::{GEOCODER_VERSION, Geocoder};
pub use gridref::GridSquare;
pub use index::{Index, IndexError, IndexHeader};
pub use input::Input;
pub use learn::Learner;
pub use output::ANSWER_COLUMNS;
pub use postcode::{Postcode, PostcodeLevel};
pub use privacy::{KeptWords, kept_words, names_scene, without_contacts, without_people, without_personal};
pub use publisher::{GazetteerContents, GazetteerKind, NotThisKind, read_gazetteer};
pub use study::{Study, StudyUnit};
pub use token::MAX_TEXT_CHARS;
