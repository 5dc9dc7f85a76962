//! The files a user named: files, folders (searched to the bottom) and globs, each once, by name.

use std::{
    collections::BTreeSet,
    io::Read,
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;

use super::ImportError;

/// A file to import.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceFile {
    /// Where it is.
    pub path: PathBuf,
}

impl SourceFile {
    /// Its name without the folder.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Its name without `.gz`.
    #[must_use]
    pub fn plain_name(&self) -> String {
        let name = self.name();
        name.strip_suffix(".gz").map_or(name.clone(), str::to_owned)
    }

    /// Bytes on disk.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        fs_err::metadata(&self.path).map_or(0, |m| m.len())
    }

    /// Opens it, unpacking `.gz`.
    ///
    /// # Errors
    /// The I/O error with its path.
    pub fn open(&self) -> std::io::Result<Box<dyn Read + Send>> {
        let file = std::io::BufReader::with_capacity(1 << 18, fs_err::File::open(&self.path)?);
        Ok(if self.name().ends_with(".gz") { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
    }

    /// Reads it whole, unpacked.
    ///
    /// # Errors
    /// [`ImportError::CutOff`] when it cannot be unpacked to its end, or the I/O error.
    pub fn read(&self) -> Result<Vec<u8>, ImportError> {
        let mut bytes = Vec::new();
        self.open()?.read_to_end(&mut bytes).map_err(|e| ImportError::CutOff {
            path: self.path.clone(),
            line: 0,
            reason: e.to_string(),
        })?;
        Ok(bytes)
    }
}

/// Finds the files that the patterns name; `accept` chooses among the files of folders. The second list holds
/// what folders held besides.
///
/// # Errors
/// [`ImportError::NoFiles`] for a pattern that gives none.
pub fn find_files(
    patterns: &[String],
    accept: impl Fn(&str) -> bool,
) -> Result<(Vec<SourceFile>, Vec<String>), ImportError> {
    let mut files = BTreeSet::new();
    let mut skipped = Vec::new();
    for pattern in patterns {
        let before = files.len() + skipped.len();
        let path = Path::new(pattern);
        if path.is_file() {
            files.insert(SourceFile { path: path.to_owned() });
            continue;
        }
        if path.is_dir() {
            walk(path, &accept, &mut files, &mut skipped)?;
        } else if let Ok(paths) = glob::glob(pattern) {
            for path in paths.flatten() {
                if path.is_dir() {
                    walk(&path, &accept, &mut files, &mut skipped)?;
                } else if path.file_name().is_some_and(|name| is_companion(&name.to_string_lossy())) {
                    skipped.push(format!("{} (a companion of another program)", path.display()));
                } else {
                    files.insert(SourceFile { path });
                }
            }
        }
        if files.is_empty() || files.len() + skipped.len() == before {
            let hint = match skipped.first() {
                Some(first) => format!(" that can be imported (there is {first})"),
                None => String::new(),
            };
            return Err(ImportError::NoFiles { pattern: pattern.clone(), hint });
        }
    }
    Ok((files.into_iter().collect(), skipped))
}

/// What archives and office programs leave beside files: `__MACOSX`, `._name`, `.~lock.name#`, `~$name`.
fn is_companion(name: &str) -> bool {
    name == "__MACOSX" || name.starts_with('.') || name.starts_with("~$") || name.eq_ignore_ascii_case("thumbs.db")
}

fn walk(
    folder: &Path,
    accept: &impl Fn(&str) -> bool,
    files: &mut BTreeSet<SourceFile>,
    skipped: &mut Vec<String>,
) -> Result<(), ImportError> {
    let mut entries: Vec<_> = fs_err::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs_err::DirEntry::file_name);
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type()?);
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_companion(&name) {
            skipped.push(format!("{name} (a companion of another program)"));
        } else if kind.is_dir() {
            walk(&path, accept, files, skipped)?;
        } else if accept(&name) {
            files.insert(SourceFile { path });
        } else {
            skipped.push(name);
        }
    }
    Ok(())
}
