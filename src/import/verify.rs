//! Does every stored place still get the cells and areas that are stored for it?

use rayon::prelude::*;

use super::{ImportError, Placer};
use crate::workspace::{Problem, Workspace, read_incidents};

/// Works out cells and areas of every live incident again and compares them with those stored.
///
/// # Errors
/// [`ImportError`] when the workspace cannot be read at all.
pub fn verify_places(workspace: &Workspace) -> Result<Vec<Problem>, ImportError> {
    let state = workspace.state()?;
    let placer = Placer::new(workspace, &state)?;
    let partitions = state.partitions()?;
    let problems: Vec<Option<Problem>> = partitions
        .par_iter()
        .map(|partition| {
            let stored = read_incidents(&workspace.root().join(&partition.path), true)?;
            let again = placer.place_again(&stored);
            let differ = (0..stored.len())
                .filter(|&i| match (stored.place_of(i), again.place_of(i)) {
                    (None, None) => false,
                    (Some(a), Some(b)) => {
                        let area = |set: &crate::workspace::Incidents, place, name: &str| {
                            let layer = set.layers.iter().position(|l| l == name)?;
                            set.area_of(place, layer).map(str::to_owned)
                        };
                        a.cells != b.cells || again.layers.iter().any(|l| area(&stored, a, l) != area(&again, b, l))
                    }
                    _ => true,
                })
                .count();
            let reason = format!("{differ} incidents have other cells or areas than their point gives");
            Ok((differ > 0).then(|| Problem { path: partition.path.clone(), reason }))
        })
        .collect::<Result<_, ImportError>>()?;
    Ok(problems.into_iter().flatten().collect())
}
