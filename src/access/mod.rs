//! Who may look at exact data, and the log that says who did: on disk before the answer leaves.
//!
//! - [`Access::exact`] writes a [`LogLine`] and gives a [`Grant`]: the proof that the line is on disk. A grant can
//!   neither be made nor copied anywhere else, so whoever asks for one to build a reader of exact counts has logged.
//! - [`Access::answered`] adds what is known only afterwards: rows returned, the identity of an export.
//! - [`Access::change`] logs a change; it needs no grant.
//! - [`Log`] is the file format and the group commit under it; [`verify()`] finds any edit, deletion, cut or reorder.
//!
//! ```no_run
//! # use places::{access::{Access, Log, LogLine}, workspace::Workspace};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let workspace = Workspace::open("norfolk".as_ref())?;
//! let access = Access::local(Log::open(&workspace));
//! let look = LogLine::look("count", "norfolk@42", "by=cell:8&source=police.uk").coalesced();
//! let grant = access.exact(access.user(), &look)?;
//! // ... read, with the grant in hand ...
//! access.answered(&grant, 312, None)?;
//! # Ok(())
//! # }
//! ```
//!
//! # The log on disk
//! The folder `log/` of a workspace: segments `000001.jsonl`, `000002.jsonl` ..., one entry a line, and `head.json`.
//! A line ends in its own BLAKE3, and holds that of the line before, over the ends of segments too. `head.json` says
//! how many entries there are and which is the last, so that whole entries cut off the end are missed. It is written
//! over in place (one sector) after the entries are on disk, so it never runs ahead of them. A writer that was killed
//! before it, or a loss of power, leaves entries after the head, or a torn last line: the next writer takes the first
//! over and puts the second aside (`dropped-N`), with an entry that says so.
//!
//! # What it cannot find
//! Nothing in the folder is secret. Who may write it (its owner, root) can make a shorter or another log that holds in
//! itself, head and all; who edits only files of the log is found. Against the first, the last entry is noted in the
//! sealed state with every commit of data, so [`verify_workspace`] misses a log that was cut to before that, replaced
//! or removed; but root with the whole directory can rewrite the state as well, and what was logged since the last
//! commit of data is noted nowhere inside. That is found only against something kept elsewhere: `places audit verify`
//! prints number and hash of the last entry, `places audit verify --expect NUMBER:HASH` asks for it again, and every
//! backup has the log as it was.
//!
//! May use: model, workspace.

mod entry;
mod error;
mod log;
mod store;
mod user;
mod verify;
mod who;

pub use entry::{Entry, EntryKind, LogLine, Receipt};
pub use error::{AccessError, LogFault};
pub use log::Log;
pub use user::{Access, Grant};
pub use verify::{Verified, entries, verify, verify_workspace};
pub use who::Who;
