//! A fictional county off the east coast, made from a seed: areas, streets, postcodes, schools, youth venues, and
//! three years of incidents from three sources with planted truths, written as the files that partners send.
//!
//! It goes into a workspace by the ordinary import. The manifest says what was planted, so that tests can ask
//! whether the program finds it. May use: model, area, geocode, import, workspace.

mod county;
mod error;
mod files;
mod incidents;
mod names;
mod samples;
mod truths;

use std::path::{Path, PathBuf};

pub use error::DemoError;
pub use names::LAYER;
pub use truths::{Manifest, Truth};

use crate::{
    geocode::GazetteerKind,
    import::{
        AddAreas, AddGazetteer, AddIndicators, Covers, ImportReport, ImportRequest, Mapping, Progress, add_areas,
        add_gazetteer, add_indicators, import, name_areas,
    },
    workspace::Workspace,
};

/// Writes the county's files into a folder; the same seed gives the same bytes.
///
/// # Errors
/// [`DemoError::Io`] with the path.
pub fn write_files(folder: &Path, seed: u64) -> Result<Manifest, DemoError> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let county = county::County::new(&mut rng);
    let truths = truths::plant(&county, seed);
    let incidents = incidents::make(&county, &truths, &mut rng);
    files::write(folder, &county, &incidents, &truths)?;
    for (name, bytes) in samples::samples(&county, seed)? {
        fs_err::write(folder.join(name), bytes)?;
    }
    Ok(truths)
}

/// Makes a workspace with the county in it, from files in a folder that [`write_files`] filled.
///
/// # Errors
/// [`DemoError`] when a step refuses.
pub fn import_files(
    folder: &Path,
    root: &Path,
    progress: &Progress,
    mut done: impl FnMut(&ImportReport),
) -> Result<Workspace, DemoError> {
    let workspace = Workspace::init(root)?;
    fs_err::write(workspace.settings_path(), files::settings())?;
    let file = |name: &str| folder.join(name);
    let text = |path: PathBuf| path.to_string_lossy().into_owned();
    add_areas(
        &workspace,
        &AddAreas {
            layer: LAYER.to_owned(),
            files: vec![text(file("areas.geojson"))],
            study_area: true,
            ..AddAreas::default()
        },
    )?;
    name_areas(&workspace, LAYER, &file("area-names.csv"))?;
    add_indicators(
        &workspace,
        &AddIndicators { file: file("population.csv"), layer: LAYER.to_owned(), ..AddIndicators::default() },
    )?;
    for (name, file_name) in files::GAZETTEERS {
        let files = vec![text(file(file_name))];
        let kind = GazetteerKind::Csv;
        let request = AddGazetteer { kind, files, name: name.to_owned(), epoch: "demo".to_owned(), accept: true };
        add_gazetteer(&workspace, &request, progress)?;
    }
    for (source, delivered) in files::SOURCES.into_iter().zip(files::DELIVERED) {
        for (nth, covers) in delivered.iter().enumerate() {
            let request = ImportRequest {
                files: vec![text(file(&format!("{source}.csv")))],
                mapping: Some(Mapping::read(&file(&format!("{source}.toml")))?),
                covers: Some(Covers::parse(covers)?),
                ..ImportRequest::default()
            };
            let report = import(&workspace, &request, progress)?;
            // The second time it is the same file: that its days are covered too is all that is new.
            if nth == 0 {
                done(&report);
            }
        }
    }
    Ok(workspace)
}
