//! Layers into the workspace: polygons, readable names, and the incidents that are there placed anew.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use rayon::prelude::*;

use super::{ImportError, Placer, SourceFile, find_files, merge::coverage, moved::Moved, opening::read_sheet};
use crate::{
    area::{
        AreaIssue, Layer, Locator, PropertyChoice, from_wkb, lies_in, overlaps, read_geojson, readable_name, to_wkb,
    },
    model::{Header, fold},
    workspace::{
        AreaRow, Commit, FileEntry, NewLayer, Partition, State, Workspace, read_incidents, read_layer,
        settle_layer_names,
    },
};

/// A layer to add.
#[derive(Debug, Clone, Default)]
pub struct AddAreas {
    /// Its name, such as `msoa21`.
    pub layer: String,
    /// GeoJSON files, plain or gzipped.
    pub files: Vec<String>,
    /// Properties with code and name, where not to be recognised.
    pub choice: PropertyChoice,
    /// Whether its union becomes the study area.
    pub study_area: bool,
    /// Accept that many stored records move, and a file that its server cut off.
    pub accept: bool,
    /// Only areas in these districts, by code or name; all when empty.
    pub districts: Vec<String>,
}

/// What became of a layer.
#[derive(Debug, Clone, serde::Serialize)]
pub struct AreasAdded {
    /// Layer.
    pub layer: String,
    /// Areas in it.
    pub areas: usize,
    /// Areas of the files that lie in other districts than those asked for.
    pub elsewhere: usize,
    /// What was wrong with some of them.
    pub issues: Vec<AreaIssue>,
    /// What a person should look at, a sentence each.
    pub notes: Vec<String>,
    /// Whether it is the study area now.
    pub study_area: bool,
    /// Incidents that were placed anew.
    pub incidents_placed_again: u64,
}

/// Adds a layer, or replaces the one of the same name, and places the stored incidents in it.
///
/// # Errors
/// [`ImportError`]; the workspace is then untouched.
pub fn add_areas(workspace: &Workspace, request: &AddAreas) -> Result<AreasAdded, ImportError> {
    if !Layer::is_name(&request.layer) {
        return Err(ImportError::Refused {
            path: request.layer.clone().into(),
            reason: "a layer's name is 1 to 32 small letters, digits, `_` and `-`, such as msoa21".to_owned(),
        });
    }
    let json = |name: &str| [".geojson", ".json", ".geojson.gz", ".json.gz"].iter().any(|e| name.ends_with(e));
    let (files, _) = find_files(&request.files, json)?;
    let choice = PropertyChoice { layer: request.layer.clone(), cut: request.accept, ..request.choice.clone() };
    let (areas, mut issues) = read_areas(&files, &choice)?;
    let all = areas.len();
    let areas = in_districts(areas, request)?;
    if areas.len() < all {
        let kept: HashSet<&str> = areas.iter().map(|a| a.code.as_str()).collect();
        issues.retain(|issue| issue.feature == 0 || kept.contains(issue.code.as_str()));
    }
    let mut notes = overlaps_of(&areas)?;
    notes.extend(far_away(workspace, &request.layer, &areas)?);
    let lock = workspace.lock()?;
    let mut commit = Commit::begin(workspace, &lock)?;
    let issues_text = serde_json::to_string(&issues).unwrap_or_default();
    commit.set_layer(&NewLayer { name: &request.layer, areas: &areas, issues: &issues_text })?;
    if request.study_area {
        commit.set_study_area(&request.layer)?;
    }
    let study = request.study_area.then_some(request.layer.as_str());
    let moved = Moved::of(workspace, &request.layer, request.study_area, request.accept)?;
    let incidents_placed_again = place_again(workspace, &mut commit, study, moved)?;
    commit.finish()?;
    settle_layer_names(workspace, &lock)?;
    Ok(AreasAdded {
        layer: request.layer.clone(),
        areas: areas.len(),
        elsewhere: all - areas.len(),
        issues,
        notes,
        study_area: workspace.settings()?.study_area.layer == request.layer,
        incidents_placed_again,
    })
}

fn read_areas(files: &[SourceFile], choice: &PropertyChoice) -> Result<(Vec<AreaRow>, Vec<AreaIssue>), ImportError> {
    let mut rows: Vec<AreaRow> = Vec::new();
    let mut issues = Vec::new();
    for file in files {
        let (areas, mut issues_of_file) = read_geojson(&file.read()?, choice)
            .map_err(|source| ImportError::GeoJson { path: file.path.clone(), source })?;
        issues.append(&mut issues_of_file);
        for area in areas {
            let refused = |reason: String| ImportError::Refused { path: file.path.clone(), reason };
            if rows.iter().any(|r| r.code == area.code) && files.len() > 1 {
                return Err(refused(format!("code {:?} stands in an earlier file too", area.code)));
            }
            rows.push(AreaRow {
                wkb: to_wkb(&area.polygons).map_err(|e| refused(e.to_string()))?,
                code: area.code,
                name: area.name,
                official_name: area.official_name,
                district_code: area.district_code,
                district_name: area.district_name,
                area_km2: area.area_km2,
            });
        }
    }
    rows.sort_by(|a, b| a.code.cmp(&b.code));
    Ok((rows, issues))
}

/// The areas that lie in the districts asked for.
fn in_districts(areas: Vec<AreaRow>, request: &AddAreas) -> Result<Vec<AreaRow>, ImportError> {
    if request.districts.is_empty() {
        return Ok(areas);
    }
    let words = request.districts.iter().map(|d| fold(d)).collect();
    let all = areas.len();
    let is_inside = |a: &AreaRow| {
        let district = (a.district_code.as_deref(), a.district_name.as_deref());
        lies_in(&words, (&a.code, &a.official_name), district)
    };
    let inside: Vec<AreaRow> = areas.into_iter().filter(is_inside).collect();
    if inside.is_empty() {
        let asked = request.districts.join(", ");
        let reason = format!("none of its {all} areas lies in {asked}, by the code or name of its district");
        return Err(ImportError::Refused { path: request.files.join(", ").into(), reason });
    }
    Ok(inside)
}

/// Areas of which more than a hundredth lies in another, in sentences.
fn overlaps_of(areas: &[AreaRow]) -> Result<Vec<String>, ImportError> {
    let polygons: Vec<_> = polygons_of(areas)?;
    let found = overlaps(&polygons, &Locator::new(&polygons));
    let told = found.iter().map(|o| {
        let [inner, outer] = [o.area, o.inside].map(|i| areas[i].code.as_str());
        format!(
            "about {:.0} % of {inner} lies in {outer}: what happened there is counted in {outer} alone",
            100.0 * o.share
        )
    });
    Ok(told.collect())
}

fn polygons_of(areas: &[AreaRow]) -> Result<Vec<geo::MultiPolygon>, ImportError> {
    let polygons = areas.iter().map(|a| from_wkb(&a.wkb)).collect::<Result<_, _>>();
    polygons.map_err(|e| ImportError::Refused { path: "the new layer".into(), reason: e.to_string() })
}

/// A sentence where a layer has no ground near the study area.
fn far_away(workspace: &Workspace, layer: &str, areas: &[AreaRow]) -> Result<Option<String>, ImportError> {
    let state = workspace.state()?;
    let study = workspace.settings()?.study_area.layer;
    let path = state.layers()?.into_iter().find(|(name, _)| *name == study && study != layer).map(|l| l.1);
    let Some(path) = path else { return Ok(None) };
    let bounds = |areas: &[AreaRow]| -> Result<Option<geo::Rect>, ImportError> {
        use geo::BoundingRect;
        let all = polygons_of(areas)?.into_iter().flat_map(|p| p.0).collect();
        Ok(geo::MultiPolygon(all).bounding_rect())
    };
    let (own, county) = (bounds(areas)?, bounds(&read_layer(&workspace.root().join(path))?)?);
    let Some((own, county)) = own.zip(county) else { return Ok(None) };
    let is_apart = own.max().x < county.min().x
        || county.max().x < own.min().x
        || own.max().y < county.min().y
        || county.max().y < own.min().y;
    Ok(is_apart.then(|| {
        format!("no part of {layer} lies near the study area {study}: is it the right file, in the right system?")
    }))
}

/// A partition, its new file and its coverage by part and district.
type PlacedAgain = (Partition, FileEntry, Vec<(String, String, u64)>);

/// Writes every partition again with the cells and areas of the layers as they will be.
fn place_again(
    workspace: &Workspace,
    commit: &mut Commit<'_>,
    study: Option<&str>,
    moved: Moved,
) -> Result<u64, ImportError> {
    let partitions = commit.state().partitions()?;
    if partitions.is_empty() {
        return Ok(0);
    }
    let placer = placer_for(workspace, commit.state(), study)?;
    let written: Vec<PlacedAgain> = partitions
        .into_par_iter()
        .map(|partition| {
            let stored = read_incidents(&workspace.root().join(&partition.path), true)?;
            let again = placer.place_again(&stored);
            moved.compare(&stored, &again);
            let file = Commit::write_partition(workspace, &partition.source, partition.month, &again)?;
            let coverage = coverage(&again, &placer);
            Ok((partition, file, coverage))
        })
        .collect::<Result<_, ImportError>>()?;
    moved.check()?;
    let mut incidents = 0;
    for (partition, file, coverage) in written {
        commit.set_partition(&partition.source, partition.month, &file, partition.rows as usize)?;
        commit.set_coverage(&partition.source, partition.month, &coverage)?;
        incidents += partition.rows;
    }
    Ok(incidents)
}

fn placer_for(workspace: &Workspace, state: &State, study: Option<&str>) -> Result<Placer, ImportError> {
    let placer = Placer::new(workspace, state)?;
    Ok(match study {
        Some(layer) => placer.with_study_area(layer),
        None => placer,
    })
}

/// What became of names.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct AreasNamed {
    /// Areas named.
    pub named: usize,
    /// Areas that were given no name: code, name as it is, and why.
    pub without: Vec<(String, String, &'static str)>,
    /// The column that names were taken from.
    pub column: String,
}

/// Gives the areas of a layer readable names from a CSV with a code and a name column, such as the House of
/// Commons Library's.
///
/// # Errors
/// [`ImportError`] when no column holds codes of the layer; the workspace is then untouched.
pub fn name_areas(workspace: &Workspace, layer: &str, path: &Path) -> Result<AreasNamed, ImportError> {
    let lock = workspace.lock()?;
    let mut commit = Commit::begin(workspace, &lock)?;
    let layers = commit.state().layers()?;
    let Some((_, stored)) = layers.iter().find(|(name, _)| name == layer) else {
        let known = layers.into_iter().map(|l| l.0).collect();
        return Err(ImportError::NoLayer { layer: layer.to_owned(), known });
    };
    let mut areas = read_layer(&workspace.root().join(stored))?;
    let Names { by_code: names, districts, nameless, column } = read_names(path, &areas)?;
    let mut named = AreasNamed { column, ..AreasNamed::default() };
    for area in &mut areas {
        if let Some(name) = names.get(&area.code) {
            area.name.clone_from(name);
            named.named += 1;
        } else {
            let is_there = nameless.contains(&area.code);
            let why = if is_there { "its row has no name" } else { "its code is not in the file" };
            named.without.push((area.code.clone(), area.name.clone(), why));
        }
        if let Some(district) = districts.get(&area.code).filter(|_| area.district_name.is_none()) {
            area.district_name = Some(district.clone());
        }
        if area.district_name.is_none() {
            area.district_name = readable_name(&area.official_name).map(|(d, _)| d.to_owned());
        }
    }
    commit.set_layer(&NewLayer { name: layer, areas: &areas, issues: "[]" })?;
    commit.finish()?;
    settle_layer_names(workspace, &lock)?;
    Ok(named)
}

/// Names in a file, by code.
struct Names {
    by_code: HashMap<String, String>,
    districts: HashMap<String, String>,
    /// Codes whose row has no name.
    nameless: HashSet<String>,
    /// The column of names.
    column: String,
}

fn read_names(path: &Path, areas: &[AreaRow]) -> Result<Names, ImportError> {
    let refused = |reason: String| ImportError::Refused { path: path.to_owned(), reason };
    let sheet = read_sheet(&SourceFile { path: path.to_owned() })?;
    let header = Header::new(sheet.header);
    let names = header.names();
    let only = |column: usize| header.only(column).map_err(|e| ImportError::doubled(path, &e));
    let rows: Vec<csv::StringRecord> = sheet.rows.into_iter().map(|row| row.1).collect();
    let codes: HashSet<&str> = areas.iter().map(|a| a.code.as_str()).collect();
    let hits = |column: usize| rows.iter().filter(|r| r.get(column).is_some_and(|v| codes.contains(v))).count();
    let code = (0..names.len()).max_by_key(|&c| (hits(c), usize::MAX - c)).filter(|&c| hits(c) > 0);
    let Some(code) = code else {
        return Err(refused(format!("no column holds codes of the layer; columns: {}", header.line())));
    };
    let code = only(code)?;
    let find = |accept: &dyn Fn(&str) -> bool| names.iter().position(|h| accept(&h.to_lowercase()));
    let name = find(&|h| h.ends_with("hclnm") && !h.starts_with("msoa11hcl"))
        .or_else(|| find(&|h| h.ends_with("hclnm")))
        .or_else(|| find(&|h| h == "name" || h.ends_with("_name")))
        .or_else(|| find(&|h| h.ends_with("nm")));
    let Some(name) = name else {
        return Err(refused("no column holds names (such as MSOAHCLNM or name)".to_owned()));
    };
    let name = only(name)?;
    let district = find(&|h| h == "ladnm_active" || h == "laname" || h == "district_name").map(only).transpose()?;
    let pairs = |column: usize| {
        let pair = move |r: &csv::StringRecord| Some((r.get(code)?.to_owned(), r.get(column)?.trim().to_owned()));
        rows.iter().filter_map(pair).filter(|(c, _)| codes.contains(c.as_str()))
    };
    let filled = |column: usize| pairs(column).filter(|(_, n)| !n.is_empty()).collect();
    Ok(Names {
        by_code: filled(name),
        districts: district.map(filled).unwrap_or_default(),
        nameless: pairs(name).filter(|(_, n)| n.is_empty()).map(|(code, _)| code).collect(),
        column: header.names()[name].clone(),
    })
}
