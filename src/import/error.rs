//! Why an import was refused whole; the store is then untouched.

use std::path::{Path, PathBuf};

use super::Rejection;
use crate::{area::GeoJsonError, geocode::IndexChange, model::DoubledColumn, workspace::WorkspaceError};

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// No file matches.
    #[error("{pattern}: no file found there{hint}")]
    NoFiles {
        /// What was asked for.
        pattern: String,
        /// What to look at, or empty.
        hint: String,
    },
    /// A file is not what it says.
    #[error("{}: expected {expected}, found {found}; nothing was imported", .path.display())]
    WrongFile {
        /// The file.
        path: PathBuf,
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A column that is needed has the name of another.
    #[error("{}: {column}; nothing was imported", .path.display())]
    Doubled {
        /// The file.
        path: PathBuf,
        /// The columns.
        column: DoubledColumn,
    },
    /// There is nothing of a source, or of its months.
    #[error("nothing of {source_name} is stored{}; sources: {}", if .known.contains(.source_name) { " for these months" } else { "" }, .known.join(", "))]
    NothingStored {
        /// What was asked for.
        source_name: String,
        /// Sources there are.
        known: Vec<String>,
    },
    /// A month was not delivered.
    #[error("{month} of {source_name} was not delivered; `places coverage --source {source_name}` lists what was")]
    NotDelivered {
        /// The source.
        source_name: String,
        /// The month.
        month: String,
    },
    /// What a delivery covers was not understood.
    #[error("--covers: {reason}; write such as 2025-01..2025-06. Nothing was imported")]
    Covers {
        /// What was expected.
        reason: String,
    },
    /// An edition takes away what is stored, and that was not accepted.
    #[error("{}; nothing was imported. Look at the files; if they are right, import them with --accept", .losses.join("; "))]
    TakesAway {
        /// What would go, month by month.
        losses: Vec<String>,
    },
    /// A file ends too early or cannot be unpacked.
    #[error("{}, line {line}: the file is cut off or damaged ({reason}); nothing was imported", .path.display())]
    CutOff {
        /// The file.
        path: PathBuf,
        /// Line where it ends.
        line: u64,
        /// What was seen.
        reason: String,
    },
    /// A column that speaks against its file.
    #[error("{}, line {line}: {column} {value:?}: {reason}. Nothing was imported", .path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// A line that shows it.
        line: u64,
        /// The column.
        column: String,
        /// Its value there.
        value: String,
        /// What is wrong, and how to mend it.
        reason: String,
    },
    /// A layer would move stored records.
    #[error(
        "the new {layer} would move {elsewhere} of {all} stored records to another area or to none, and take {outside} out of the study area: is it the right file? If it is, add it with --accept"
    )]
    MovesRecords {
        /// The layer.
        layer: String,
        /// Records whose area would change.
        elsewhere: u64,
        /// Records that would leave the study area.
        outside: u64,
        /// Records stored.
        all: u64,
    },
    /// The records that are stored, under other references.
    #[error(
        "{matching} of {new} new records of {source_name} say the same as records stored, under other references ({stored:?} is {given:?} in the file): every one would be counted twice. Export again with the references of before; if they have changed for good, import with --replace, and if these are other incidents, with --accept; nothing was imported"
    )]
    OtherReferences {
        /// The source.
        source_name: String,
        /// New records that say the same as one stored.
        matching: u64,
        /// New records.
        new: u64,
        /// A reference stored.
        stored: String,
        /// The same record's reference in the file.
        given: String,
    },
    /// Too many bad rows.
    #[error(
        "{}: {} of {read} rows rejected, more than the {allowed} % allowed (places.toml, [import] max_rejected_share); nothing was \
         imported. First: {}. `--rejected FILE.csv` writes them all",
        .path.display(), .rows.len(), first_of(.rows)
    )]
    TooManyRejected {
        /// The file.
        path: PathBuf,
        /// Rows rejected.
        rows: Vec<Rejection>,
        /// Rows read.
        read: u64,
        /// Per cent allowed.
        allowed: f64,
    },
    /// A column of categories that cannot be one.
    #[error(
        "{}: column {column:?} has {found} different categories on {rows} rows: it is probably not the column of categories. \
         Put [columns] category in the mapping right; nothing was imported", .path.display()
    )]
    TooManyCategories {
        /// The file.
        path: PathBuf,
        /// The column that the mapping names.
        column: String,
        /// Different categories.
        found: usize,
        /// Rows with one.
        rows: usize,
    },
    /// Records without a reference that cannot be told from those stored.
    #[error(
        "{source_name} has records without a reference, and {month} is stored already with the secret of another machine (this \
         workspace was restored from a backup): which of them are the same cannot be told. Import them with --replace, or \
         bring the file `secret` of that machine here first; nothing was imported"
    )]
    OtherSecret {
        /// The source.
        source_name: String,
        /// A month that is stored.
        month: String,
    },
    /// A source's name that another one has in another spelling.
    #[error("source {asked:?} is stored as {known:?}; name it so. Nothing was imported")]
    SourceSpelling {
        /// As asked for.
        asked: String,
        /// As stored.
        known: String,
    },
    /// Columns that look like personal data.
    #[error(
        "{}: {} like personal data; this program keeps none. List them under `drop` in the mapping and import again; \
         nothing was imported", .path.display(), columns_look(.columns)
    )]
    PersonalData {
        /// The file.
        path: PathBuf,
        /// The columns.
        columns: Vec<String>,
    },
    /// Two different files for one force and month.
    #[error(
        "two different editions of {part} {month}: {} and {}; import only the newer one. Nothing was imported",
        .first.display(), .second.display()
    )]
    TwoEditions {
        /// The force.
        part: String,
        /// The month.
        month: String,
        /// One file.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// The mapping is wrong.
    #[error("mapping {}: {reason}", .path.display())]
    Mapping {
        /// The mapping file.
        path: PathBuf,
        /// Line and reason.
        reason: String,
    },
    /// No mapping for a source that needs one.
    #[error("source {source_name:?} needs a mapping: `--mapping FILE.toml` (only police.uk files need none)")]
    NoMapping {
        /// The source.
        source_name: String,
    },
    /// A source's name that cannot be one.
    #[error("source {name:?} is not a name (1 to 64 letters, digits, `.`, `_`, `-`); give one with --source")]
    SourceName {
        /// The name.
        name: String,
    },
    /// The mapping is another source's.
    #[error("--source {asked:?} and the mapping's source {mapped:?} differ; leave --source out or name the same")]
    SourceConflict {
        /// On the command line.
        asked: String,
        /// In the mapping.
        mapped: String,
    },
    /// Something in a layer, names or indicator file.
    #[error("{}: {reason}; nothing was changed", .path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// What was expected and found.
        reason: String,
    },
    /// A layer file that is none.
    #[error("{}: {source}; nothing was changed", .path.display())]
    GeoJson {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: GeoJsonError,
    },
    /// A layer that is not there.
    #[error("there is no layer {layer:?}; layers: {}. Add one with `places areas add`", .known.join(", "))]
    NoLayer {
        /// The layer.
        layer: String,
        /// Layers there are.
        known: Vec<String>,
    },
    /// A gazetteer's name that cannot be one.
    #[error("gazetteer {name:?} is not a name (1 to 40 small letters, digits, `-`, `_`); give one with --name")]
    GazetteerName {
        /// The name.
        name: String,
    },
    /// A gazetteer that is not there.
    #[error("there is no gazetteer {name:?}; there are: {}", .known.join(", "))]
    NoGazetteer {
        /// The name.
        name: String,
        /// Gazetteers there are.
        known: Vec<String>,
    },
    /// A gazetteer of another kind has the name.
    #[error(
        "{name} is a gazetteer of kind {was}, this is one of kind {is}: give it another --name, or remove {name} first; nothing was changed"
    )]
    GazetteerKind {
        /// The name.
        name: String,
        /// Kind stored.
        was: String,
        /// Kind of what was to be added.
        is: String,
    },
    /// Another edition moves places, and that was not accepted.
    #[error(
        "the new edition of {name} ({} after {}) moves {} places in the study area by more than 250 m, puts {} into another area \
         and no longer has {}; nothing was changed. Look at the list, then add it with --accept",
        .change.epochs.1, .change.epochs.0, .change.moved, .change.changed_area, .change.gone
    )]
    GazetteerMoves {
        /// The gazetteer.
        name: String,
        /// What changes.
        change: Box<IndexChange>,
    },
    /// The workspace refused.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// The operating system refused; the message names the path.
    #[error("{source}; nothing was imported")]
    Io {
        /// What happened, with its path.
        #[from]
        source: std::io::Error,
    },
}

impl ImportError {
    pub(super) fn doubled(path: &Path, column: &DoubledColumn) -> Self {
        Self::Doubled { path: path.to_owned(), column: column.clone() }
    }
}

fn first_of(rows: &[Rejection]) -> String {
    rows.first().map_or_else(String::new, |r| format!("line {}, {}: {}", r.line, r.field, r.reason))
}

fn columns_look(columns: &[String]) -> String {
    let list = columns.join(", ");
    if columns.len() == 1 { format!("column {list} looks") } else { format!("columns {list} look") }
}
