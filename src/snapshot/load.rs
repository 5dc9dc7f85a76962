//! Loading a snapshot from the live partitions of a workspace.

use std::{collections::BTreeMap, path::Path, sync::OnceLock};

use rayon::prelude::*;

use super::{Coverage, LayerArea, LoadedLayer, Snapshot, SourceInfo, coverage::Facts, marking::Marking, ready::Ready};
use crate::{
    area::{WkbError, from_wkb},
    model::{Clock, Day, Month},
    table::{Known, NewPlace, Table, TableBuilder, TableError},
    workspace::{
        AcceptedMonth, Delivery, FileEntry, Incidents, Indicator, NO_PLACE, Partition, PlaceRow, Settings, State,
        Workspace, WorkspaceError, read_incidents, read_layer,
    },
};

/// How often loading starts again when a commit removed files under it.
const ATTEMPTS: usize = 5;
/// Partitions read at once before their rows go into the table; each takes some tens of bytes a row meanwhile.
const READ_AHEAD_PER_CORE: usize = 1;

/// Why a workspace could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// A layer's polygons.
    #[error(transparent)]
    Geometry(#[from] WkbError),
    /// The table.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl Snapshot {
    /// Loads everything; starts again when an import commits meanwhile.
    ///
    /// # Errors
    /// [`SnapshotError`] when a file is damaged or missing for good.
    pub fn load(workspace: &Workspace) -> Result<Self, SnapshotError> {
        let mut attempt = 1;
        loop {
            let before = workspace.state()?.snapshot()?;
            match Self::load_once(workspace) {
                Err(_) if attempt < ATTEMPTS && workspace.state()?.snapshot()? != before => attempt += 1,
                result => return result,
            }
        }
    }

    fn load_once(workspace: &Workspace) -> Result<Self, SnapshotError> {
        let state = workspace.state()?;
        let (settings, settings_digest) = workspace.settings_read()?;
        let listed = state.consistently(Listed::read)?;
        let study_area = workspace.study_area(&state)?;
        let (table, layers, coverage) = loaded(workspace, &listed, &settings, study_area.as_deref())?;
        Ok(Self {
            id: listed.snapshot,
            content: listed.content.clone(),
            settings: settings_digest,
            title: settings.title.clone(),
            sources: sources(&settings, &listed, &coverage),
            known: Known { definitions: settings.definitions.clone(), calendars: settings.calendars() },
            table,
            layers,
            study_area,
            coverage,
            harm: harm(&listed.harm),
            editions: listed.editions,
            partitions: listed.partitions,
            universe: Default::default(),
            recorded: OnceLock::new(),
        })
    }
}

/// What the state lists, read in one transaction.
struct Listed {
    snapshot: u64,
    /// Identity of the workspace and digest of what the state lists.
    content: String,
    partitions: Vec<Partition>,
    layers: Vec<(String, String)>,
    /// Files that answers are made from.
    files: Vec<FileEntry>,
    indicators: Vec<Indicator>,
    editions: Vec<crate::workspace::Edition>,
    coverage: Vec<crate::workspace::CoverageCount>,
    deliveries: Vec<Delivery>,
    accepted: Vec<AcceptedMonth>,
    harm: Vec<(String, String, f64)>,
}

impl Listed {
    fn read(state: &State) -> Result<Self, WorkspaceError> {
        Ok(Self {
            snapshot: state.snapshot()?,
            content: format!("{}@{}", state.identity()?, state.content_digest()?),
            partitions: state.partitions()?,
            layers: state.layers()?,
            files: state.files()?.into_iter().filter(|f| f.path.ends_with(".parquet")).collect(),
            indicators: state.indicators()?,
            editions: state.editions()?,
            coverage: state.coverage()?,
            deliveries: state.deliveries()?,
            accepted: state.accepted_months()?,
            harm: state.harm_weights()?,
        })
    }
}

fn coverage_of(listed: &Listed, settings: &Settings, layers: &[LoadedLayer], study: Option<&str>) -> Coverage {
    Coverage::new(&Facts {
        editions: &listed.editions,
        deliveries: &listed.deliveries,
        accepted: &listed.accepted,
        located: &listed.coverage,
        study: layers.iter().find(|l| Some(l.name.as_str()) == study),
        layers,
        sources: &settings.sources,
        tomorrow: Day(Clock::london().today().0 + 1),
    })
}

/// The table, the layers and what was received: from the ready file made of the same stored files, or from these, every one
/// verified.
fn loaded(
    workspace: &Workspace,
    listed: &Listed,
    settings: &Settings,
    study_area: Option<&str>,
) -> Result<(Table, Vec<LoadedLayer>, Coverage), SnapshotError> {
    // Whose records are guests depends on what parts speak for.
    let territories: Vec<_> = settings.sources.iter().map(|(name, s)| (name, &s.covers, &s.parts)).collect();
    let facts = format!("{:?} {territories:?} {:?}", study_area, listed.coverage);
    let ready = Ready::new(workspace.root(), &listed.partitions, &listed.layers, &listed.files, &facts);
    let layers_of = |areas: Vec<Vec<LayerArea>>| -> Vec<LoadedLayer> {
        let named = listed.layers.iter().zip(areas);
        named.map(|((name, path), areas)| loaded_layer(name, path, areas, listed)).collect()
    };
    if let Some(built) = ready.as_ref().and_then(|ready| ready.read(&listed.layers)) {
        let layers = layers_of(built.areas);
        let coverage = coverage_of(listed, settings, &layers, study_area);
        return Ok((built.table, layers, coverage));
    }
    listed.files.par_iter().try_for_each(|file| workspace.verify(file))?;
    let read = listed.layers.iter().map(|(_, path)| read_areas(workspace, path));
    let layers = layers_of(read.collect::<Result<_, _>>()?);
    let coverage = coverage_of(listed, settings, &layers, study_area);
    let table = load_table(workspace, listed, &layers, study_area, &coverage)?;
    if let Some(ready) = ready {
        ready.write(&table, &layers);
    }
    Ok((table, layers, coverage))
}

fn read_areas(workspace: &Workspace, path: &str) -> Result<Vec<LayerArea>, SnapshotError> {
    let areas = read_layer(&workspace.root().join(path))?.into_iter().map(|row| {
        Ok(LayerArea {
            polygons: from_wkb(&row.wkb)?,
            district: row.district_code.or_else(|| row.district_name.clone()).unwrap_or_default(),
            district_name: row.district_name.unwrap_or_default(),
            code: row.code,
            name: row.name,
            area_km2: row.area_km2,
        })
    });
    Ok(areas.collect::<Result<_, WkbError>>()?)
}

fn loaded_layer(name: &str, path: &str, areas: Vec<LayerArea>, listed: &Listed) -> LoadedLayer {
    let mut by_name: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for indicator in listed.indicators.iter().filter(|i| i.layer == name) {
        let values = by_name.entry(indicator.name.clone()).or_insert_with(|| vec![f64::NAN; areas.len()]);
        if let Ok(i) = areas.binary_search_by(|a| a.code.cmp(&indicator.code)) {
            values[i] = indicator.value;
        }
    }
    let digest = listed.files.iter().find(|f| f.path == path).map(|f| f.blake3.clone()).unwrap_or_default();
    LoadedLayer { name: name.to_owned(), digest, areas, indicators: by_name, in_study_area: OnceLock::new() }
}

fn load_table(
    workspace: &Workspace,
    listed: &Listed,
    layers: &[LoadedLayer],
    study_area: Option<&str>,
    coverage: &Coverage,
) -> Result<Table, SnapshotError> {
    let sizes: Vec<(String, usize)> = layers.iter().map(|l| (l.name.clone(), l.areas.len())).collect();
    let mut builder = TableBuilder::new(&sizes, study_area);
    let read_ahead = READ_AHEAD_PER_CORE * rayon::current_num_threads();
    let study = layers.iter().find(|l| Some(l.name.as_str()) == study_area);
    let mut parts: BTreeMap<(&str, Month), Vec<&str>> = BTreeMap::new();
    for edition in listed.editions.iter().filter(|e| e.rows > 0) {
        parts.entry((&edition.source, edition.month)).or_default().push(&edition.part);
    }
    let parts_of = |source: &str, month: Month| parts.get(&(source, month)).cloned().unwrap_or_default();
    for some in listed.partitions.chunks(read_ahead) {
        let read: Vec<Incidents> = some
            .par_iter()
            .map(|p| read_for_counting(&workspace.root().join(&p.path), parts_of(&p.source, p.month).len()))
            .collect::<Result<_, _>>()?;
        for (partition, incidents) in some.iter().zip(&read) {
            let parts = parts_of(&partition.source, partition.month);
            let only = if let [only] = parts[..] { only } else { "" };
            let marking = Marking::new(&mut builder, incidents, (&partition.source, only), study, coverage);
            add_incidents(&mut builder, &partition.source, incidents, layers, marking);
        }
    }
    Ok(builder.finish()?)
}

/// Reads what counting needs of a file to which so many parts delivered.
fn read_for_counting(path: &Path, parts: usize) -> Result<Incidents, WorkspaceError> {
    let incidents = read_incidents(path, false)?;
    // Files written before there was a column of the part have it among the attributes.
    if parts > 1 && incidents.attribute_names.is_empty() { read_incidents(path, true) } else { Ok(incidents) }
}

fn add_incidents(
    builder: &mut TableBuilder,
    source: &str,
    incidents: &Incidents,
    layers: &[LoadedLayer],
    mut marking: Marking<'_>,
) {
    let clock = Clock::london();
    let whens: Vec<(u16, u8)> = incidents
        .whens
        .iter()
        .map(|when| {
            let (start, end, hour) = when.days(clock);
            (builder.span(start, end), hour)
        })
        .collect();
    let kinds: Vec<u16> = incidents.categories.values().iter().map(|c| builder.kind(source, c)).collect();
    // Positions in the file's own code lists to positions in the loaded layers.
    let areas: Vec<Option<Vec<u32>>> = layers
        .iter()
        .map(|layer| {
            let stored = incidents.layers.iter().position(|l| *l == layer.name)?;
            let codes = incidents.area_codes[stored].values().iter();
            Some(
                codes
                    .map(|code| layer.areas.binary_search_by(|a| a.code.cmp(code)).map_or(u32::MAX, |i| i as u32))
                    .collect(),
            )
        })
        .collect();
    let stored: Vec<Option<usize>> =
        layers.iter().map(|layer| incidents.layers.iter().position(|l| *l == layer.name)).collect();
    let place = |p: &PlaceRow| NewPlace {
        lon: p.lon,
        lat: p.lat,
        class: p.class,
        finest: p.class.finest_resolution(p.radius_m),
        cells: p.cells,
    };
    let places: Vec<NewPlace> = incidents.places.iter().map(place).collect();
    let places = builder.add_places(&places, |place, layer| {
        let code = stored[layer].map_or(u32::MAX, |stored| incidents.places[place].areas[stored]);
        areas[layer].as_ref().and_then(|codes| codes.get(code as usize).copied()).unwrap_or(u32::MAX)
    });
    builder.reserve(incidents.len());
    for i in 0..incidents.len() {
        let (span, hour) = whens[incidents.when[i] as usize];
        let place = incidents.place[i];
        let place = (place != NO_PLACE).then(|| places[place as usize]);
        builder.push(place, span, hour, kinds[incidents.category[i] as usize]);
        marking.mark(builder, i);
    }
}

fn harm(listed: &[(String, String, f64)]) -> BTreeMap<String, BTreeMap<String, f64>> {
    let mut sets: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    for (name, key, weight) in listed {
        sets.entry(name.clone()).or_default().insert(crate::model::fold(key), *weight);
    }
    sets
}

fn sources(settings: &Settings, listed: &Listed, coverage: &Coverage) -> Vec<SourceInfo> {
    let mut incidents: BTreeMap<&str, u64> = BTreeMap::new();
    for partition in &listed.partitions {
        *incidents.entry(&partition.source).or_default() += partition.rows;
    }
    incidents
        .into_iter()
        .map(|(source, incidents)| {
            let about = settings.sources.get(source).cloned().unwrap_or_default();
            let months = coverage.months_of(source);
            SourceInfo {
                title: if about.title.is_empty() { source.to_owned() } else { about.title },
                owner: about.owner,
                incidents,
                first_month: months.first().map(ToString::to_string).unwrap_or_default(),
                last_month: months.last().map(ToString::to_string).unwrap_or_default(),
                source: source.to_owned(),
            }
        })
        .collect()
}
