//! Files that are there whole or not at all, and that only their owner reads: they hold records, or counts of few.

use std::{
    ffi::OsString,
    io::{self, BufWriter, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use fs_err::os::unix::fs::OpenOptionsExt as _;

/// A file being written: beside its place under another name, until it is whole. What is no plain file (`/dev/stdout`) is
/// written as it is.
pub(super) struct NewFile {
    out: BufWriter<fs_err::File>,
    place: PathBuf,
    /// Its name until then.
    part: Option<PathBuf>,
}

impl NewFile {
    /// Begins one.
    pub(super) fn create(place: &Path) -> io::Result<Self> {
        let is_special = fs_err::metadata(place).is_ok_and(|m| !m.is_file());
        if is_special {
            let out = BufWriter::new(fs_err::OpenOptions::new().write(true).open(place)?);
            return Ok(Self { out, place: place.to_owned(), part: None });
        }
        // Through a link the file it leads to is replaced, not the link.
        let place = fs_err::canonicalize(place).unwrap_or_else(|_| place.to_owned());
        let mut name = place.file_name().map_or_else(OsString::new, OsString::from);
        name.push(format!(".part-{}", std::process::id()));
        let part = place.with_file_name(name);
        let file = fs_err::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        file.set_permissions(PermissionsExt::from_mode(0o600))?;
        Ok(Self { out: BufWriter::with_capacity(1 << 16, file), place, part: Some(part) })
    }

    /// Puts it into its place, over what was there before.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.out.flush()?;
        if let Some(part) = self.part.take() {
            self.out.get_ref().sync_data()?;
            fs_err::rename(&part, &self.place)?;
        }
        Ok(())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            // What was not finished is not left behind.
            let _ = fs_err::remove_file(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("counts.csv");
        fs_err::write(&place, "old").unwrap();
        let mut broken = NewFile::create(&place).unwrap();
        broken.write_all(b"half").unwrap();
        drop(broken);
        assert_eq!(fs_err::read_to_string(&place).unwrap(), "old");
        let mut whole = NewFile::create(&place).unwrap();
        whole.write_all(b"new").unwrap();
        whole.finish().unwrap();
        assert_eq!(fs_err::read_to_string(&place).unwrap(), "new");
        assert_eq!(fs_err::metadata(&place).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 1);
    }
}
