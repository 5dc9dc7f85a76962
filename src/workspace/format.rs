//! What every file of this room may need to know of the directory.

/// Version of the directory's format that this program reads and writes.
pub const FORMAT_VERSION: i64 = 5;

/// The log's own lock, in its folder: whoever adds to it or copies it holds it meanwhile.
pub const LOG_LOCK: &str = "lock";
