//! Is the workspace what it was when it was written? Every checksum, and with `deep` every value.

use std::collections::{BTreeMap, HashSet};

use rusqlite::params;

use super::{
    Desk, State, Workspace, WorkspaceError,
    files::{digest, stored_files},
    read_incidents, read_layer,
    seal::{self, Seal},
};

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, from the workspace's root.
    pub path: String,
    /// What is wrong and what to do.
    pub reason: String,
}

/// What a check found.
#[derive(Debug, Clone, Default)]
pub struct CheckReport {
    /// Files looked at.
    pub files: usize,
    /// Bytes looked at.
    pub bytes: u64,
    /// Incidents in live partitions.
    pub incidents: u64,
    /// What does not hold.
    pub problems: Vec<Problem>,
    /// What is worth knowing and harms nothing.
    pub notes: Vec<String>,
    /// What is whole and probably not meant: answers made with it may say nothing.
    pub warnings: Vec<String>,
}

impl CheckReport {
    fn problem(&mut self, path: &str, reason: impl Into<String>) {
        self.problems.push(Problem { path: path.to_owned(), reason: reason.into() });
    }
}

/// Checks every checksum; with `deep` also reads every file to the end, the state's own structure, keys that
/// stand twice, and `places.toml` against what was last accepted. Holds the writer's lock meanwhile.
///
/// # Errors
/// [`WorkspaceError::Locked`] while another process writes. What is wrong inside is in the report.
pub fn check(workspace: &Workspace, deep: bool, accept_settings: bool) -> Result<CheckReport, WorkspaceError> {
    let lock = workspace.lock()?;
    let mut report = CheckReport::default();
    check_seal(workspace, &mut report)?;
    if let Err(e) = workspace.settings() {
        report.problem("places.toml", e.to_string());
    }
    // Not `workspace.state()`: a damaged file must end in the report, not in an error.
    match workspace.state() {
        Err(e) => report.problem("state.sqlite", e.to_string()),
        Ok(state) => {
            if let Err(e) = workspace.study_area(&state) {
                report.problem("places.toml", e.to_string());
            }
            if let Err(e) = check_state(workspace, &state, deep, &mut report) {
                report.problem("state.sqlite", e.to_string());
            }
        }
    }
    match Desk::problems(workspace.desk_path()) {
        Ok(problems) => problems.into_iter().for_each(|reason| report.problem("desk.sqlite", reason)),
        Err(e) => report.problem("desk.sqlite", e.to_string()),
    }
    if accept_settings
        && report.problems.iter().all(|p| p.path == "places.toml")
        && workspace.state().and_then(|s| workspace.study_area(&s)).is_ok()
    {
        super::Commit::begin(workspace, &lock)?.finish()?;
        report.problems.clear();
        report.notes.push("places.toml is accepted as it is now".to_owned());
    }
    Ok(report)
}

fn check_seal(workspace: &Workspace, report: &mut CheckReport) -> Result<(), WorkspaceError> {
    let path = workspace.state_path();
    let journal = path.with_extension("sqlite-journal");
    let interrupted = journal.exists();
    match seal::read(&path) {
        Seal::Sealed(sum) => {
            if digest(&path)?.1 != sum {
                report.problem("state.sqlite", "its checksum is not the one it was sealed with; restore a backup");
            }
        }
        Seal::Open => {
            let whole = workspace
                .state()
                .and_then(|state| Ok(state.meta("digest")?.as_deref() == Some(state.compute_digest()?.as_str())));
            if matches!(whole, Ok(true)) {
                seal::close(&path)?;
                let note = "a writer was interrupted; the state is whole (old or new) and was sealed again";
                report.notes.push(note.to_owned());
            } else {
                report.problem("state.sqlite", "a writer was interrupted and the state is not whole; restore a backup");
            }
        }
        Seal::Damaged => report.problem("state.sqlite.sum", "the seal of state.sqlite is missing or damaged"),
    }
    // Reading rolls back what a journal holds. One that is left then holds nothing: its writer was stopped before it
    // began, and SQLite would let it lie.
    if interrupted && workspace.state().is_ok() {
        if journal.exists() {
            fs_err::remove_file(&journal)?;
            report.notes.push("an empty journal of an interrupted writer was taken away".to_owned());
        } else {
            report.notes.push("a journal of an interrupted writer was rolled back".to_owned());
        }
    }
    Ok(())
}

fn check_state(
    workspace: &Workspace,
    state: &State,
    deep: bool,
    report: &mut CheckReport,
) -> Result<(), WorkspaceError> {
    if state.meta("digest")? != Some(state.compute_digest()?) {
        report.problem("state.sqlite", "its content is not what was committed; restore a backup");
    }
    check_files(workspace, state, report)?;
    let partitions = state.partitions()?;
    report.incidents = partitions.iter().map(|p| p.rows).sum();
    report.warnings = super::words::definitions_without_records(workspace, &partitions);
    if let Some(reason) = super::secret::problem(workspace, state)? {
        report.problem("secret", reason);
    }
    if !deep {
        return Ok(());
    }
    let sound: String = state.connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if sound != "ok" {
        report.problem("state.sqlite", format!("SQLite finds: {sound}"));
    }
    let accepted = state.meta("settings")?;
    if accepted != Some(workspace.settings_digest()?) {
        report.problem(
            "places.toml",
            "it is not the file that was last used by a writer. If you edited it: `places check --deep --accept-settings`",
        );
    }
    let mut keys: HashSet<u64> = HashSet::new();
    for partition in partitions {
        match read_incidents(&workspace.root().join(&partition.path), true) {
            Err(e) => report.problem(&partition.path, e.to_string()),
            Ok(incidents) => {
                if incidents.len() as u64 != partition.rows {
                    report.problem(
                        &partition.path,
                        format!("holds {} incidents, {} are listed", incidents.len(), partition.rows),
                    );
                }
                let twice = (0..incidents.len()).filter(|&i| !keys.insert(incidents.key(i))).count();
                if twice > 0 {
                    report.problem(&partition.path, format!("{twice} incident keys stand twice"));
                }
            }
        }
    }
    for (_, path) in state.layers()? {
        if let Err(e) = read_layer(&workspace.root().join(&path)) {
            report.problem(&path, e.to_string());
        }
    }
    Ok(())
}

fn check_files(workspace: &Workspace, state: &State, report: &mut CheckReport) -> Result<(), WorkspaceError> {
    let listed: BTreeMap<String, _> = state.files()?.into_iter().map(|f| (f.path.clone(), f)).collect();
    for (path, entry) in &listed {
        match digest(&workspace.root().join(path)) {
            Err(_) => report.problem(path, "is missing or cannot be read; restore a backup"),
            Ok((bytes, blake3)) if bytes != entry.bytes || blake3 != entry.blake3 => {
                report.problem(path, "its checksum is not the one it was written with; restore a backup");
            }
            Ok((bytes, _)) => {
                report.files += 1;
                report.bytes += bytes;
            }
        }
    }
    let mut statement = state.connection.prepare_cached(
        "SELECT path FROM partitions UNION ALL SELECT path FROM layers EXCEPT SELECT path FROM files",
    )?;
    let mut unlisted = statement.query(params![])?;
    while let Some(row) = unlisted.next()? {
        report.problem(&row.get::<_, String>(0)?, "is live but has no checksum");
    }
    let strays = stored_files(workspace.root())?.into_iter().filter(|f| !listed.contains_key(f)).count();
    if strays > 0 {
        report.notes.push(format!("{strays} files left by an interrupted writer; the next writer removes them"));
    }
    Ok(())
}
