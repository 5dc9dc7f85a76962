//! Gazetteers of a workspace: adding, learning, opening; what another edition of one changes.

use std::{
    io::{BufReader, Read},
    path::PathBuf,
};

use super::{
    ImportError, POLICE_UK, Progress, SourceFile,
    area_names::{named_areas, names_of_unit},
    find_files, read_police_file,
};
use crate::{
    area::from_wkb,
    geocode::{
        DefaultLocation, DefaultLocations, EntryKind, GazetteerContents, GazetteerKind, Geocoder, Index, IndexChange,
        Learner, NewEntry, Study, StudyUnit, WeightedPoint, build_index, compare_indexes, read_gazetteer,
    },
    model::{LonLat, Period},
    workspace::{AliasState, Commit, GazetteerFile, State, Workspace, read_incidents, read_layer},
};

/// Name of the gazetteer that `learn` makes.
pub const LEARNED: &str = "learned";

/// A gazetteer to add.
#[derive(Debug, Clone)]
pub struct AddGazetteer {
    /// Kind of the files.
    pub kind: GazetteerKind,
    /// Files, folders or globs.
    pub files: Vec<String>,
    /// What it is called in the workspace; the kind when empty.
    pub name: String,
    /// Which edition; recognised in the paths when empty.
    pub epoch: String,
    /// Take an edition that moves places.
    pub accept: bool,
}

/// What became of a gazetteer.
#[derive(Debug, Clone)]
pub struct GazetteerAdded {
    /// As it is stored now.
    pub file: GazetteerFile,
    /// Rows read.
    pub rows: u64,
    /// Rows that hold nothing to add.
    pub passed_over: u64,
    /// Bad rows, and the first of them with line and reason.
    pub bad: u64,
    /// Line and reason of the first bad rows.
    pub problems: Vec<(u64, String)>,
    /// What changed against the edition before, where there was one.
    pub change: Option<IndexChange>,
}

/// Adds a gazetteer, replacing the one of the same name. An edition that moves places inside the study area by more than
/// 250 m or into another area is only taken when that is accepted.
///
/// # Errors
/// [`ImportError::Refused`] for a file of another kind, [`ImportError::GazetteerMoves`]; the workspace is then untouched.
pub fn add_gazetteer(
    workspace: &Workspace,
    request: &AddGazetteer,
    progress: &Progress,
) -> Result<GazetteerAdded, ImportError> {
    let kind = request.kind;
    let wanted = |name: &str| {
        let plain = name.strip_suffix(".gz").unwrap_or(name);
        plain.ends_with(".csv") || plain.ends_with(".txt")
    };
    let (files, _) = find_files(&request.files, wanted)?;
    progress.total_bytes.store(files.iter().map(SourceFile::bytes).sum(), std::sync::atomic::Ordering::Relaxed);
    let lock = workspace.lock()?;
    let commit = Commit::begin(workspace, &lock)?;
    let study = study_of(workspace, commit.state())?;
    let mut contents = GazetteerContents::default();
    for file in &files {
        let mut counted = Counted { inner: BufReader::new(file.open()?), progress };
        read_gazetteer(kind, &mut counted, &study, &mut contents)
            .map_err(|e| ImportError::Refused { path: file.path.clone(), reason: e.to_string() })?;
    }
    let epoch = if request.epoch.is_empty() { epoch_of(&files) } else { request.epoch.clone() };
    let name = if request.name.is_empty() { kind.name() } else { &request.name };
    let GazetteerContents { entries, postcodes, rows, passed_over, bad, problems } = contents;
    let bytes = build_index(kind.name(), &epoch, &entries, postcodes);
    drop(entries);
    let (file, change) = store(workspace, commit, name, &bytes, &study, request.accept)?;
    Ok(GazetteerAdded { file, rows, passed_over, bad, problems, change })
}

/// Reads and notes how far it is.
struct Counted<'a, R> {
    inner: R,
    progress: &'a Progress,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.progress.add(read as u64, 0);
        Ok(read)
    }
}

/// Year and month in a path, or the beginning of the content's checksum.
fn epoch_of(files: &[SourceFile]) -> String {
    let dated = |path: &PathBuf| {
        let text = path.to_string_lossy().into_owned();
        let windows = text.as_bytes().windows(7).rev();
        let is_month = |w: &[u8]| {
            w[4] == b'-' && w[..4].iter().chain(&w[5..]).all(u8::is_ascii_digit) && matches!(w[0], b'1' | b'2')
        };
        windows.filter(|w| is_month(w)).map(|w| String::from_utf8_lossy(w).into_owned()).next()
    };
    files.iter().find_map(|f| dated(&f.path)).unwrap_or_else(|| "undated".to_owned())
}

/// Stores an index under a name, unless it moves places and that is not accepted.
fn store(
    workspace: &Workspace,
    mut commit: Commit<'_>,
    name: &str,
    bytes: &[u8],
    study: &Study,
    accept: bool,
) -> Result<(GazetteerFile, Option<IndexChange>), ImportError> {
    let valid = (1..=40).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'));
    if !valid {
        return Err(ImportError::GazetteerName { name: name.to_owned() });
    }
    let unreadable = |e: crate::geocode::IndexError| ImportError::Refused { path: name.into(), reason: e.to_string() };
    let index = Index::open(bytes).map_err(unreadable)?;
    let before = commit.state().gazetteers()?.into_iter().find(|g| g.name == name);
    let change = match &before {
        None => None,
        Some(before) => {
            let old = Index::open(&fs_err::read(workspace.root().join(&before.path))?).map_err(unreadable)?;
            Some(compare_indexes(&old, &index, study))
        }
    };
    if let Some(before) = before.filter(|b| b.kind != index.header.kind) {
        let (name, is) = (name.to_owned(), index.header.kind.clone());
        return Err(ImportError::GazetteerKind { name, was: before.kind, is });
    }
    if let Some(change) = &change
        && (change.moves() > 0 || change.shrinks())
        && !accept
    {
        return Err(ImportError::GazetteerMoves { name: name.to_owned(), change: Box::new(change.clone()) });
    }
    let file = GazetteerFile {
        name: name.to_owned(),
        kind: index.header.kind.clone(),
        epoch: index.header.epoch.clone(),
        path: String::new(),
        entries: index.header.entries,
        postcodes: index.header.postcodes,
    };
    commit.set_gazetteer(&file, bytes)?;
    commit.finish()?;
    Ok((file, change))
}

/// Removes a gazetteer.
///
/// # Errors
/// [`ImportError::NoGazetteer`] where there is none of the name.
pub fn remove_gazetteer(workspace: &Workspace, name: &str) -> Result<(), ImportError> {
    let lock = workspace.lock()?;
    let mut commit = Commit::begin(workspace, &lock)?;
    let known: Vec<String> = commit.state().gazetteers()?.into_iter().map(|g| g.name).collect();
    if !commit.remove_gazetteer(name)? {
        return Err(ImportError::NoGazetteer { name: name.to_owned(), known });
    }
    Ok(commit.finish()?)
}

/// Learns streets from located incidents: of police.uk files, or where none are named of those stored already.
///
/// Files name the LSOA, stored incidents the area of the study area they lie in; both become the streets' localities.
///
/// # Errors
/// [`ImportError`] when a file cannot be read or nothing located has a text.
pub fn learn_gazetteer(
    workspace: &Workspace,
    files: &[String],
    period: Period,
    accept: bool,
    progress: &Progress,
) -> Result<GazetteerAdded, ImportError> {
    let lock = workspace.lock()?;
    let commit = Commit::begin(workspace, &lock)?;
    let study = study_of(workspace, commit.state())?;
    let mut learner = Learner::default();
    let epoch = if files.is_empty() {
        learn_stored(workspace, commit.state(), &study, period, &mut learner)?
    } else {
        learn_files(files, &study, period, &mut learner, progress)?
    };
    if learner.records() == 0 {
        let reason = "no located incident with a text was found to learn from".to_owned();
        return Err(ImportError::Refused { path: workspace.root().to_owned(), reason });
    }
    let entries = learner.entries();
    let bytes = build_index(LEARNED, &epoch, &entries, Vec::new());
    let (file, change) = store(workspace, commit, LEARNED, &bytes, &study, accept)?;
    let rows = learner.records();
    Ok(GazetteerAdded { file, rows, passed_over: 0, bad: 0, problems: Vec::new(), change })
}

fn learn_files(
    files: &[String],
    study: &Study,
    period: Period,
    learner: &mut Learner,
    progress: &Progress,
) -> Result<String, ImportError> {
    let (files, _) = find_files(files, super::police::is_street_file)?;
    progress.total_bytes.store(files.iter().map(SourceFile::bytes).sum(), std::sync::atomic::Ordering::Relaxed);
    let mut months = Vec::new();
    for file in &files {
        let mut rows: Vec<(String, String, LonLat)> = Vec::new();
        let read = read_police_file(file, false, progress, |row| {
            if let Some(point) = row.point.filter(|p| study.holds(*p)) {
                rows.push((row.attributes[0].to_owned(), row.lsoa_name.to_owned(), point));
            }
        })?;
        if period.contains(read.month.first_day()) {
            months.push(read.month);
            rows.iter().for_each(|(text, lsoa, point)| learner.add(text, lsoa, *point));
        }
    }
    Ok(span_of(&mut months))
}

fn learn_stored(
    workspace: &Workspace,
    state: &State,
    study: &Study,
    period: Period,
    learner: &mut Learner,
) -> Result<String, ImportError> {
    let mut months = Vec::new();
    for partition in
        state.partitions()?.into_iter().filter(|p| p.source == POLICE_UK && period.contains(p.month.first_day()))
    {
        let incidents = read_incidents(&workspace.root().join(&partition.path), true)?;
        months.push(partition.month);
        for i in 0..incidents.len() {
            let Some(place) = incidents.place_of(i) else { continue };
            let point = LonLat { lon: place.lon, lat: place.lat };
            if let Some(area) = study.area_of(point) {
                learner.add(incidents.attribute(i, "location"), study.name(area), point);
            }
        }
    }
    Ok(span_of(&mut months))
}

fn span_of(months: &mut [crate::model::Month]) -> String {
    months.sort_unstable();
    match (months.first(), months.last()) {
        (Some(first), Some(last)) if first != last => format!("{first}..{last}"),
        (Some(only), _) => only.to_string(),
        _ => "nothing".to_owned(),
    }
}

/// The study area as the geocoder knows it.
///
/// # Errors
/// [`ImportError`] when the layer cannot be read.
pub fn study_of(workspace: &Workspace, state: &State) -> Result<Study, ImportError> {
    let Some(layer) = workspace.study_area(state)? else { return Ok(Study::new(Vec::new())) };
    let listed = state.layers()?.into_iter().find(|l| l.0 == layer);
    let Some((_, path)) = listed else { return Ok(Study::new(Vec::new())) };
    let path = workspace.root().join(path);
    let units = read_layer(&path)?.into_iter().map(|row| {
        let polygons =
            from_wkb(&row.wkb).map_err(|e| ImportError::Refused { path: path.clone(), reason: e.to_string() })?;
        let names = names_of_unit(row.name, row.official_name);
        let district = row.district_name.unwrap_or_default();
        Ok(StudyUnit { code: row.code, names, district, polygons, area_km2: row.area_km2 })
    });
    Ok(Study::new(units.collect::<Result<Vec<_>, ImportError>>()?))
}

/// The configured default locations.
///
/// # Errors
/// [`ImportError`] when the settings cannot be read.
pub fn default_locations(workspace: &Workspace) -> Result<DefaultLocations, ImportError> {
    let listed = workspace.settings()?.geocode.default_locations;
    let of = |d: &crate::workspace::DefaultLocationSettings| {
        Some(DefaultLocation { name: d.name.clone(), point: d.point()?, radius_m: d.radius_m })
    };
    Ok(DefaultLocations(listed.iter().filter_map(of).collect()))
}

/// A geocoder with everything a workspace has: gazetteers, aliases, study area, default locations.
///
/// # Errors
/// [`ImportError`] when a gazetteer is damaged or a layer cannot be read.
pub fn open_geocoder(workspace: &Workspace, state: &State) -> Result<Geocoder, ImportError> {
    let mut indexes = Vec::new();
    let files = state.files()?;
    for gazetteer in state.gazetteers()? {
        if let Some(file) = files.iter().find(|f| f.path == gazetteer.path) {
            workspace.verify(file)?;
        }
        let path = workspace.root().join(&gazetteer.path);
        let index = Index::open(&fs_err::read(&path)?);
        indexes.push(index.map_err(|e| ImportError::Refused { path, reason: e.to_string() })?);
    }
    indexes.extend(aliases(state)?);
    indexes.extend(named_areas(workspace, state, workspace.study_area(state)?.as_deref())?);
    Ok(Geocoder::new(indexes, study_of(workspace, state)?, default_locations(workspace)?))
}

/// What persons taught, as a gazetteer.
fn aliases(state: &State) -> Result<Option<Index>, ImportError> {
    let live: Vec<_> = state.aliases()?.into_iter().filter(|a| a.state == AliasState::Live).collect();
    let Some(last) = live.last().map(|a| a.number) else { return Ok(None) };
    let entries: Vec<NewEntry> = live
        .iter()
        .filter_map(|a| {
            Some(NewEntry {
                kind: EntryKind::from_name(&a.kind)?,
                name: a.name.clone(),
                also: Vec::new(),
                locality: a.district.clone(),
                id: format!("alias-{}", a.number),
                points: vec![WeightedPoint { point: LonLat::new(a.lon, a.lat).ok()?, weight: 1 }],
                radius_m: a.radius_m as f32,
            })
        })
        .collect();
    let bytes = build_index("aliases", &last.to_string(), &entries, Vec::new());
    Index::open(&bytes).map(Some).map_err(|e| ImportError::Refused { path: "aliases".into(), reason: e.to_string() })
}
