//! The counts a comparison is made from: place, ring and areas, in slices of time that were received.

use super::super::{
    AnalysisError,
    place::{Place, ring_of},
    steps::{StepCounts, Steps, asked_sources, count_steps, is_received, runs},
};
use super::{claim::Exposure, request::CompareRequest};
use crate::{
    model::{Day, Period, Query},
    snapshot::{LoadedLayer, Snapshot},
    stats::{BeforeAfter, Exposed},
};

/// Share of incidents of unknown side from which there is no answer.
const UNTOLD_SHARE: f64 = 0.05;

/// Everything counted.
pub(super) struct Counted<'s> {
    pub(super) place: Place<'s>,
    pub(super) steps: Steps,
    /// Whether each slice is used: received in every district that matters.
    pub(super) used: Vec<bool>,
    /// Place and ring.
    pub(super) own: StepCounts,
    pub(super) ring_cells: Vec<u64>,
    /// Areas of the layer, in its order.
    pub(super) areas: Option<(&'s LoadedLayer, StepCounts)>,
    /// First day not looked at.
    pub(super) cutoff: Day,
    untold: Vec<(Period, u64)>,
}

impl<'s> Counted<'s> {
    pub(super) fn new(
        snapshot: &'s Snapshot,
        request: &CompareRequest,
        earlier: &[Period],
    ) -> Result<Self, AnalysisError> {
        let place = Place::find(snapshot, "place", &request.place)?;
        let sources = asked_sources(snapshot, &request.query);
        let end = snapshot.coverage.months(sources).last().map(|m| m.next().first_day());
        let Some(end) = end else {
            return Err(AnalysisError::NoAnswer {
                reason: "nothing has been received yet: import incidents first".to_owned(),
            });
        };
        let cutoff = request.cutoff.map_or(end, |c| c.min(end));
        let windows: Vec<Period> = [request.before, request.after].into_iter().chain(earlier.iter().copied()).collect();
        let steps = Steps::cut(&windows.iter().flat_map(|w| w.by_month()).collect::<Vec<_>>());
        let districts = place.districts(snapshot)?;
        if !snapshot.coverage.districts.is_empty() && districts.iter().all(String::is_empty) {
            let reason = format!("there is no answer: {} lies outside the study area", place.name);
            return Err(AnalysisError::NoAnswer { reason });
        }
        let is_used = |p: &Period| p.end <= cutoff && districts.iter().all(|d| is_received(snapshot, sources, *p, d));
        let used: Vec<bool> = steps.0.iter().map(is_used).collect();
        let ring_cells =
            if request.rings > 0 { ring_of(&place.cells(request.ring_resolution)?, request.rings) } else { Vec::new() };
        let ring = (request.rings > 0).then_some((ring_cells.as_slice(), request.ring_resolution));
        let grouping = place.with_ring(snapshot, ring);
        let own = count_steps(snapshot, &request.query, &grouping, &steps)?;
        let alone = place.with_ring(snapshot, None);
        let mut untold = Vec::new();
        for window in [request.before, request.after] {
            let query = Query { from: Some(window.start), to: Some(window.end), ..request.query.clone() };
            untold.push((window, count_steps(snapshot, &query, &alone, &steps)?.boxes.time_too_coarse));
        }
        let areas = match place.layer {
            Some(layer) => {
                let grouping = snapshot.table.layer_groups(&layer.name).unwrap_or(&snapshot.table.whole);
                Some((layer, count_steps(snapshot, &request.query, grouping, &steps)?))
            }
            None => None,
        };
        Ok(Self { place, steps, used, own, ring_cells, areas, cutoff, untold })
    }

    /// Slices of a window that are used.
    pub(super) fn slices(&self, window: Period) -> Vec<usize> {
        self.steps.inside(window).filter(|&i| self.used[i]).collect()
    }

    /// Days of a window that are used.
    pub(super) fn days(&self, window: Period) -> i32 {
        self.slices(window).iter().map(|&i| self.steps.0[i].days()).sum()
    }

    pub(super) fn sum(&self, series: &[u32], window: Period) -> u64 {
        self.slices(window).iter().map(|&i| u64::from(series[i])).sum()
    }

    pub(super) fn exposed(&self, window: Period) -> Exposed {
        Exposed { count: self.sum(self.own.of(0), window), exposure: f64::from(self.days(window)) }
    }

    /// A series before and after.
    pub(super) fn change(&self, series: &[u32], request: &CompareRequest) -> BeforeAfter {
        BeforeAfter { before: self.sum(series, request.before), after: self.sum(series, request.after) }
    }

    /// A window as it stands in a claim.
    ///
    /// # Errors
    /// [`AnalysisError::NoAnswer`] when nothing of it was received, or too much cannot be told.
    pub(super) fn exposure(
        &self,
        snapshot: &Snapshot,
        request: &CompareRequest,
        window: Period,
    ) -> Result<Exposure, AnalysisError> {
        let exposed = self.exposed(window);
        let sources = asked_sources(snapshot, &request.query);
        if exposed.exposure <= 0.0 {
            let months = snapshot.coverage.months(sources).into_iter().filter(|m| m.first_day() < self.cutoff);
            let reason = format!(
                "there is no answer: nothing of {window} was received for {} from {}. Received: {}",
                self.place.name,
                sources.join(", "),
                runs(months),
            );
            return Err(AnalysisError::NoAnswer { reason });
        }
        let untold = self.untold.iter().find(|(w, _)| *w == window).map_or(0, |u| u.1);
        if untold as f64 > UNTOLD_SHARE * (exposed.count + untold) as f64 {
            let reason = format!(
                "there is no answer: of {} incidents of {} the time is not known well enough to tell whether they lie in {window} (or match the hours and weekdays asked for). Choose whole months, or a source that knows days",
                untold, self.place.name,
            );
            return Err(AnalysisError::NoAnswer { reason });
        }
        let missing =
            self.steps.inside(window).filter(|&i| !self.used[i]).map(|i| self.steps.0[i].start.month().to_string());
        Ok(Exposure {
            from: window.start.to_string(),
            to: window.end.to_string(),
            count: exposed.count,
            days: self.days(window),
            not_received: missing.collect(),
            time_too_coarse: untold,
        })
    }

    /// Whether an area of the layer was received in every slice that is used.
    pub(super) fn is_received(&self, snapshot: &Snapshot, request: &CompareRequest, district: &str) -> bool {
        let sources = asked_sources(snapshot, &request.query);
        let used = self.steps.0.iter().zip(&self.used).filter(|(_, used)| **used);
        used.into_iter().all(|(p, _)| is_received(snapshot, sources, *p, district))
    }
}
