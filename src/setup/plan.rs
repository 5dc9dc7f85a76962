//! The commands that bring what was found into a workspace, in the order in which they stand on one another.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use super::{
    found::Found,
    layers::{LayerPlan, plan_layers},
};
use crate::{
    import::{TableKind, UnitColumn},
    model::{fold, is_network},
};

/// Files that are named one by one; of more their folders are.
const MAX_NAMED: usize = 12;

/// What was answered.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// What the partnership is called.
    pub title: String,
    /// The police force, by its name in file names.
    pub force: Option<String>,
    /// Whether the workspace is to be made.
    pub init: bool,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its arguments, without the program and the workspace.
    pub arguments: Vec<String>,
    /// Whether nothing after it makes sense without it.
    pub needed: bool,
}

/// What is to be done.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Commands, in order.
    pub steps: Vec<Step>,
    /// Tables of incidents that need a mapping, after these.
    pub to_map: Vec<PathBuf>,
    /// Files that are not needed, with the reason.
    pub left: Vec<(PathBuf, String)>,
}

impl Plan {
    fn step<T: ToString>(&mut self, needed: bool, arguments: &[T]) {
        self.steps.push(Step { arguments: arguments.iter().map(ToString::to_string).collect(), needed });
    }
}

/// Plans the commands: workspace, layers with the study area first, names, figures, gazetteers, incidents.
#[must_use]
pub fn plan(found: &Found, wanted: &Wanted) -> Plan {
    let mut plan = Plan::default();
    if wanted.init {
        plan.step(true, &["init", "--title", &wanted.title]);
    }
    let force = wanted.force.as_deref();
    let (layers, left) = plan_layers(found, force);
    plan.left = left;
    for (i, layer) in layers.iter().enumerate() {
        let mut arguments = vec!["areas".to_owned(), "add".to_owned(), layer.name.clone()];
        arguments.extend(layer.files.iter().map(|f| shown(f)));
        if let Some(force) = force.filter(|_| layer.restrict) {
            arguments.extend(["--force".to_owned(), force.to_owned()]);
        }
        arguments.extend((i == 0).then(|| "--study-area".to_owned()));
        plan.step(i == 0, &arguments);
    }
    if !layers.is_empty() {
        names(&mut plan, found, &layers);
        figures(&mut plan, found, &layers);
    }
    gazetteers(&mut plan, found);
    street_files(&mut plan, found, force);
    plan.to_map = found.tables.iter().filter(|t| t.kind == TableKind::Incidents).map(|t| t.path.clone()).collect();
    if !plan.to_map.is_empty() && !found.street.is_empty() && !layers.is_empty() {
        plan.step(false, &["gazetteer", "learn"]);
    }
    plan
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The layer that units belong to by the name of their column, their codes, or their kind.
fn layer_of<'l>(unit: &UnitColumn, layers: &'l [LayerPlan]) -> Option<&'l LayerPlan> {
    let stem = stem_of(&unit.name);
    let is_of = |l: &LayerPlan, u: &String| l.codes.contains(u) || l.names.contains(&fold(u));
    let hits = |l: &LayerPlan| unit.units.iter().filter(|u| is_of(l, u)).count();
    let named = layers.iter().find(|l| l.name == stem);
    let by_codes = layers.iter().filter(|l| hits(l) > 0).max_by_key(|l| hits(l));
    let by_kind = || {
        let kinds: &[&str] = match unit.units.first()?.get(1..3)? {
            "01" => &["lsoa"],
            "02" => &["msoa"],
            "05" => &["wd", "ward"],
            "06" | "07" | "08" | "09" => &["lad", "ltla"],
            _ => return None,
        };
        layers.iter().find(|l| kinds.iter().any(|kind| l.name.starts_with(kind)))
    };
    named.or(by_codes).or_else(by_kind)
}

/// `lsoa21_code`, `LSOA21CD` to `lsoa21`.
fn stem_of(column: &str) -> String {
    let name = column.to_lowercase();
    let ends = ["_code", "_name", "cd", "nm"];
    ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name).to_owned()
}

fn names(plan: &mut Plan, found: &Found, layers: &[LayerPlan]) {
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for table in &found.tables {
        let TableKind::Names(unit) = &table.kind else { continue };
        match layer_of(unit, layers) {
            Some(layer) if named.insert(&layer.name) => {
                plan.step(false, &["areas", "names", &layer.name, &shown(&table.path)]);
            }
            Some(layer) => {
                plan.left.push((table.path.clone(), format!("names of {}, which another file gives", layer.name)));
            }
            None => plan.left.push((table.path.clone(), "names of areas that no layer here has".to_owned())),
        }
    }
}

/// Figures go to the layer of their units; where the study area has none of its own, those of smaller units are added up to it too.
fn figures(plan: &mut Plan, found: &Found, layers: &[LayerPlan]) {
    let tables = || {
        found.tables.iter().filter_map(|t| match &t.kind {
            TableKind::Figures(unit) => Some((t, unit, layer_of(unit, layers))),
            _ => None,
        })
    };
    let study = &layers[0];
    // Those with names beside their codes teach where each unit lies, for those after them.
    let in_order = tables().filter(|t| t.1.named).chain(tables().filter(|t| !t.1.named));
    let has_own = tables().any(|(_, _, layer)| layer.is_some_and(|l| l.name == study.name));
    for (table, unit, layer) in in_order {
        let own = layer.unwrap_or(study);
        let smaller =
            !has_own && own.name != study.name && unit.units.first().is_some_and(|u| u.get(1..3) == Some("01"));
        for layer in std::iter::once(own).chain(smaller.then_some(study)) {
            let mut arguments: Vec<String> =
                ["indicators", "add", &shown(&table.path), "--layer", &layer.name].map(str::to_owned).to_vec();
            if let Some(lookup) = lookup(found, unit, layer) {
                arguments.extend(["--lookup".to_owned(), shown(lookup)]);
            }
            plan.step(false, &arguments);
        }
    }
}

/// A table that says in which area of the layer each unit lies, where the units are not the layer's own.
fn lookup<'f>(found: &'f Found, unit: &UnitColumn, layer: &LayerPlan) -> Option<&'f Path> {
    let stem = stem_of(&unit.name);
    if stem == layer.name || unit.units.iter().any(|u| layer.codes.contains(u)) {
        return None;
    }
    let has = |columns: &[UnitColumn], stem: &str| columns.iter().any(|c| stem_of(&c.name) == stem);
    let find = |is: &dyn Fn(&[UnitColumn]) -> bool| {
        found.tables.iter().find_map(|table| match &table.kind {
            TableKind::Lookup(columns) if has(columns, &stem) && is(columns) => Some(table.path.as_path()),
            _ => None,
        })
    };
    let by_name = || find(&|columns| columns.iter().any(|c| c.named)).filter(|_| !unit.named);
    find(&|columns| has(columns, &layer.name)).or_else(by_name)
}

fn gazetteers(plan: &mut Plan, found: &Found) {
    let mut by_kind: BTreeMap<&str, Vec<&Path>> = BTreeMap::new();
    for table in &found.tables {
        if let TableKind::Gazetteer(kind) = table.kind {
            by_kind.entry(kind.name()).or_default().push(&table.path);
        }
    }
    for (kind, files) in by_kind {
        let folders: BTreeSet<String> = files.iter().filter_map(|f| f.parent()).map(shown).collect();
        let files: Vec<String> = files.into_iter().map(shown).collect();
        let named = if files.len() <= MAX_NAMED { files } else { folders.into_iter().collect() };
        let arguments: Vec<String> = ["gazetteer", "add", kind].map(str::to_owned).into_iter().chain(named).collect();
        plan.step(false, &arguments);
    }
}

/// The street files of the force and of the networks: by their folder where nothing else lies in it, else by their names.
fn street_files(plan: &mut Plan, found: &Found, force: Option<&str>) {
    let is_wanted = |name: &str| force.is_none_or(|force| force == name) || is_network(name);
    let wanted: BTreeMap<&String, &Vec<PathBuf>> = found.street.iter().filter(|(f, _)| is_wanted(f)).collect();
    for (other, files) in found.street.iter().filter(|(f, _)| !is_wanted(f)) {
        let reason = format!("{} street files of {other}, another force", files.len());
        plan.left.extend(files.first().map(|f| (f.clone(), reason)));
    }
    let files: Vec<&PathBuf> = wanted.values().flat_map(|files| files.iter()).collect();
    if files.is_empty() {
        return;
    }
    let is_named = |(force, files): (&&String, &&Vec<PathBuf>)| {
        let part = format!("-{force}-street.csv");
        files.iter().all(|f| f.file_name().is_some_and(|n| n.to_string_lossy().contains(&part)))
    };
    let folder = common_folder(&files);
    let arguments: Vec<String> = if files.len() <= 2 || !wanted.iter().all(is_named) {
        files.iter().map(|f| shown(f)).collect()
    } else if wanted.len() == found.street.len() {
        vec![shown(&folder)]
    } else {
        let folder = glob::Pattern::escape(&shown(&folder));
        wanted.keys().map(|force| format!("{folder}/**/*-{force}-street.csv*")).collect()
    };
    let arguments: Vec<String> = std::iter::once("import".to_owned())
        .chain(arguments)
        .chain(["--source".to_owned(), "police.uk".to_owned()])
        .collect();
    plan.step(false, &arguments);
}

/// The innermost folder that holds all files.
fn common_folder(files: &[&PathBuf]) -> PathBuf {
    let mut folder = files.first().and_then(|f| f.parent()).unwrap_or(Path::new(".")).to_owned();
    while !files.iter().all(|f| f.starts_with(&folder)) {
        if !folder.pop() {
            break;
        }
    }
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder }
}
