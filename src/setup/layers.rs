//! Which files of polygons become which layer.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashSet},
    path::PathBuf,
};

use super::found::{Boundaries, Found};
use crate::{
    area::{Layer, NamedArea, lies_in},
    model::{districts_of_force, fold},
};

/// Kinds of areas that make a study area, the best first: detailed enough to compare, large enough to count in.
const STUDY: [&str; 6] = ["msoa", "lsoa", "wd", "ward", "lad", "ltla"];

/// A layer that is to be added.
#[derive(Debug, Clone)]
pub struct LayerPlan {
    /// Its name.
    pub name: String,
    /// Its files.
    pub files: Vec<PathBuf>,
    /// Whether areas outside the districts of the force are left out.
    pub restrict: bool,
    /// Codes of the areas it will have.
    pub codes: HashSet<String>,
    /// Their names, folded.
    pub names: HashSet<String>,
}

/// Layers from what was found, the study area first, and the files that are not needed.
#[must_use]
pub fn plan_layers(found: &Found, force: Option<&str>) -> (Vec<LayerPlan>, Vec<(PathBuf, String)>) {
    let districts = force.and_then(districts_of_force);
    let mut by_name: BTreeMap<String, Vec<&Boundaries>> = BTreeMap::new();
    for file in &found.boundaries {
        by_name.entry(layer_name(file)).or_default().push(file);
    }
    let mut left = Vec::new();
    let mut layers: Vec<LayerPlan> =
        by_name.into_iter().filter_map(|(name, files)| layer_of(name, files, districts, &mut left)).collect();
    // Of one kind the newest vintage first.
    layers.sort_by_cached_key(|layer| {
        let kind = layer.name.trim_end_matches(|c: char| c.is_ascii_digit());
        let rank = STUDY.iter().position(|k| *k == kind).unwrap_or(STUDY.len());
        let vintage = layer.name[kind.len()..].to_owned();
        (rank, Reverse(vintage), Reverse(layer.codes.len()), layer.name.clone())
    });
    (layers, left)
}

/// Files of one layer: those with the most areas of the force, of these the one with the fewest others; a file that says only
/// what another says already is not needed.
fn layer_of(
    name: String,
    mut files: Vec<&Boundaries>,
    districts: Option<&BTreeSet<String>>,
    left: &mut Vec<(PathBuf, String)>,
) -> Option<LayerPlan> {
    let is_own = |a: &NamedArea| {
        let district = (a.district_code.as_deref(), a.district_name.as_deref());
        districts.is_none_or(|words| lies_in(words, (&a.code, &a.name), district))
    };
    let own = |b: &Boundaries| b.areas.areas.iter().filter(|a| is_own(a)).count();
    // Polygons that nobody drew by districts are taken whole.
    let is_drawn_by_districts = |b: &Boundaries| {
        let named = b.areas.areas.iter().any(|a| a.district_code.is_some() || a.district_name.is_some());
        named || own(b) > 0
    };
    let restrict = files.iter().any(|b| is_drawn_by_districts(b) && own(b) < b.areas.areas.len());
    if restrict {
        files.retain(|b| {
            let has = own(b) > 0;
            if !has {
                left.push((b.path.clone(), "none of its areas lies in the districts of the force".to_owned()));
            }
            has
        });
    }
    files.sort_by_key(|b| (Reverse(own(b)), b.areas.areas.len(), Reverse(b.bytes)));
    let mut plan = LayerPlan { name, files: Vec::new(), restrict, codes: HashSet::new(), names: HashSet::new() };
    for file in files {
        let areas: Vec<&NamedArea> = file.areas.areas.iter().filter(|a| !restrict || is_own(a)).collect();
        let mine: HashSet<String> = areas.iter().map(|a| a.code.clone()).collect();
        if mine.is_disjoint(&plan.codes) {
            plan.files.push(file.path.clone());
            plan.codes.extend(mine);
            plan.names.extend(areas.iter().map(|a| fold(&a.name)));
        } else {
            let first = plan.files.first().map_or_else(String::new, |f| f.display().to_string());
            left.push((file.path.clone(), format!("holds areas that {first} has too")));
        }
    }
    (!plan.files.is_empty()).then_some(plan)
}

/// A layer is called by the kind of its codes, or by its file.
fn layer_name(file: &Boundaries) -> String {
    if Layer::is_name(&file.areas.kind) {
        return file.areas.kind.clone();
    }
    let stem = file.path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let stem = stem.split('.').next().unwrap_or_default();
    let word: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(32).collect();
    let word = word.trim_matches(|c: char| !c.is_ascii_alphabetic()).to_owned();
    if Layer::is_name(&word) { word } else { "areas".to_owned() }
}
