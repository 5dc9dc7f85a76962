//! The directory that holds one partnership's data, in three stores with a lock each.
//!
//! | store | files | rule |
//! |---|---|---|
//! | data | `state.sqlite`, `incidents/`, `areas/`, `gazetteer/`, `reports/`, `places.toml` | sealed, one writer (`places.lock`), all or nothing, checked to the bit |
//! | desk | `desk.sqlite` | many small writes while an import runs, each with its history (`desk.lock` while it is made) |
//! | log | `log/` | append only, hash-chained (room `access`; `log/lock`) |
//!
//! A commit of data writes new Parquet files, syncs file and directory, then switches the list in `state.sqlite` in
//! one transaction; files that no list names are swept by the next writer. `state.sqlite` runs with a
//! rollback journal (one file at rest) and carries a checksum beside it, so a flipped bit in any file is
//! found. Files are their owner's only (`private`). May use: model.

mod backup;
mod check;
mod commit;
mod deliveries;
mod desk;
mod directory;
mod error;
mod files;
mod format;
mod identity;
mod incidents;
mod init;
mod layer_file;
mod layers;
mod lock;
mod private;
mod received;
mod review;
mod schema;
mod seal;
mod secret;
mod settings;
mod settings_switch;
mod state;
mod words;

pub use backup::{backup, restore};
pub use check::{CheckReport, Problem, check};
pub use commit::Commit;
pub use deliveries::{AcceptedMonth, Delivery};
pub use desk::{Desk, Step};
pub use directory::Workspace;
pub use error::WorkspaceError;
pub use files::{FileEntry, FileKind};
pub use format::{FORMAT_VERSION, LOG_LOCK};
pub use identity::{Digests, user_name};
pub use incidents::{INCIDENT_COLUMNS, IncidentRow, Incidents, NO_PLACE, PlaceRow, read_incidents};
pub use layer_file::{AreaRow, read_layer};
pub use layers::{NewLayer, settle_layer_names};
pub use lock::{Lock, wait_for};
pub use private::{open_private, private_folder};
pub use review::{Alias, AliasState, GazetteerFile, ReviewDecision, ReviewItem};
pub use secret::Secret;
pub use settings::{
    CalendarSettings, DefaultLocationSettings, GeocodeSettings, Settings, SourceSettings, StudyArea, TEMPLATE,
};
pub use state::{CoverageCount, Edition, ImportRecord, Indicator, Partition, State, StoredClaim};
