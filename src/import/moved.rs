//! How many stored records a new layer moves: another county's file under the same name would move them all.

use std::sync::atomic::{AtomicU64, Ordering};

use super::ImportError;
use crate::workspace::{Incidents, Workspace};

/// Share of the stored records from which moving them needs to be accepted.
const SHARE: f64 = 0.1;

/// Counts the stored records that move.
#[derive(Debug)]
pub(super) struct Moved {
    /// The layer that is replaced, whose areas records may leave.
    replaced: Option<String>,
    /// The study area before and after, where it changes.
    study: Option<(String, String)>,
    accepted: bool,
    layer: String,
    all: AtomicU64,
    elsewhere: AtomicU64,
    outside: AtomicU64,
}

impl Moved {
    pub(super) fn of(
        workspace: &Workspace,
        layer: &str,
        study_area: bool,
        accepted: bool,
    ) -> Result<Self, ImportError> {
        // The state as it is stored, without what is about to be committed.
        let before = workspace.state()?;
        let known = before.layers()?.into_iter().any(|(name, _)| name == layer);
        let study = workspace.settings()?.study_area.layer;
        let had_study = before.layers()?.iter().any(|l| l.0 == study);
        let becomes = study_area || study == layer;
        Ok(Self {
            replaced: known.then(|| layer.to_owned()),
            study: (had_study && becomes).then(|| (study, layer.to_owned())),
            accepted,
            layer: layer.to_owned(),
            all: AtomicU64::new(0),
            elsewhere: AtomicU64::new(0),
            outside: AtomicU64::new(0),
        })
    }

    /// Compares a stored month with the same placed anew, row by row.
    pub(super) fn compare(&self, stored: &Incidents, again: &Incidents) {
        let area = |set: &Incidents, i: usize, layer: &str| -> Option<String> {
            let column = set.layers.iter().position(|l| l == layer)?;
            set.area_of(set.place_of(i)?, column).map(str::to_owned)
        };
        let (mut elsewhere, mut outside) = (0, 0);
        for i in 0..stored.len().min(again.len()) {
            if let Some(layer) = &self.replaced {
                let before = area(stored, i, layer);
                elsewhere += u64::from(before.is_some() && before != area(again, i, layer));
            }
            if let Some((before, after)) = &self.study {
                outside += u64::from(area(stored, i, before).is_some() && area(again, i, after).is_none());
            }
        }
        self.all.fetch_add(stored.len() as u64, Ordering::Relaxed);
        self.elsewhere.fetch_add(elsewhere, Ordering::Relaxed);
        self.outside.fetch_add(outside, Ordering::Relaxed);
    }

    /// Refuses to move much, unless that was accepted.
    pub(super) fn check(&self) -> Result<(), ImportError> {
        let load = |of: &AtomicU64| of.load(Ordering::Relaxed);
        let (all, elsewhere, outside) = (load(&self.all), load(&self.elsewhere), load(&self.outside));
        let is_much = |of: u64| of as f64 > SHARE * all as f64;
        if self.accepted || !(is_much(elsewhere) || is_much(outside)) {
            return Ok(());
        }
        Err(ImportError::MovesRecords { layer: self.layer.clone(), elsewhere, outside, all })
    }
}
