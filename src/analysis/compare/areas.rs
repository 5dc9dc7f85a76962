//! The place against the areas of its layer: which are similar, and how they changed.

use super::{
    claim::{ComparisonArea, ComparisonResult, CountyChange, Placebo},
    counts::{Counted, Who},
    request::{CompareRequest, Comparison},
    spread::{Spread, set_against, sum},
};
use crate::{
    analysis::{exposure::residents_of, place::Place},
    area::Locator,
    ask::{AskError, Exact},
    grid::{center, outline},
    model::PlaceRef,
    stats::{BeforeAfter, RandomStream, ratio_of_ratios},
};

/// Comparison areas that are suggested.
const SUGGESTED: usize = 3;
/// Largest factor between the counts before of a place and of an area that is called similar.
const SIMILAR_LEVEL: f64 = 2.5;
/// Fewest areas that can stand in for the place.
const LEAST_PLACEBO: usize = 8;

/// A comparison area.
pub(super) struct Control {
    pub(super) area: ComparisonArea,
    position: usize,
}

/// Areas a place could be compared with.
pub(super) struct Candidates {
    /// Positions in the layer.
    positions: Vec<usize>,
}

impl Candidates {
    /// Areas that are not the place, touch neither it nor the ring, and were received.
    pub(super) fn new(reader: &Exact<'_>, request: &CompareRequest, counted: &Counted<'_>) -> Result<Self, AskError> {
        let Some((layer, _)) = &counted.areas else { return Ok(Self { positions: Vec::new() }) };
        let resolution = request.ring_resolution;
        let mut near = counted.place.region.cells(resolution)?;
        near.extend(&counted.ring_cells);
        let mut touched = vec![false; layer.areas.len()];
        let polygons: Vec<geo::MultiPolygon> = layer.areas.iter().map(|a| a.polygons.clone()).collect();
        let locator = Locator::new(&polygons);
        for corner in near.iter().flat_map(|&cell| outline(cell).into_iter().chain([center(cell)])) {
            if let Some(area) = locator.containing(corner.lon, corner.lat) {
                touched[area as usize] = true;
            }
        }
        let is_free = |i: &usize| {
            !touched[*i]
                && counted.place.area != Some(*i as u32)
                && counted.is_received(reader, request, &layer.areas[*i].district)
        };
        Ok(Self { positions: (0..layer.areas.len()).filter(is_free).collect() })
    }

    /// The areas most like the place in level, size and course before.
    pub(super) fn similar(&self, request: &CompareRequest, counted: &Counted<'_>) -> Vec<Control> {
        let Some((layer, counts)) = &counted.areas else { return Vec::new() };
        let slices = counted.slices(request.before);
        let total = |series: &[u32]| slices.iter().map(|&i| f64::from(series[i])).sum::<f64>();
        let course = |series: &[u32]| -> Vec<f64> {
            let all = total(series).max(1.0);
            slices.iter().map(|&i| f64::from(series[i]) / all).collect()
        };
        let own = counted.own.of(0);
        let (own_total, own_course) = (total(own), course(own));
        let people = residents_of(layer);
        let size = |i: usize| -> f64 {
            let (Some(people), Some(area)) = (people, counted.place.area) else { return 0.0 };
            let (own, other) = (people[area as usize], people[i]);
            if own > 0.0 && other > 0.0 { (other / own).ln().abs() } else { 0.0 }
        };
        let level = |i: usize| ((total(counts.of(i)) + 1.0) / (own_total + 1.0)).ln().abs();
        let mut scored: Vec<(f64, usize)> = self
            .positions
            .iter()
            .filter(|&&i| level(i) <= SIMILAR_LEVEL.ln())
            .map(|&i| {
                let series = counts.of(i);
                let apart: f64 = course(series).iter().zip(&own_course).map(|(a, b)| (a - b).abs()).sum();
                (level(i) + 0.5 * size(i) + apart, i)
            })
            .collect();
        scored.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        scored.into_iter().take(SUGGESTED).map(|(_, i)| control(request, counted, i)).collect()
    }

    /// The areas asked for, and why some were left out.
    fn given(
        &self,
        reader: &Exact<'_>,
        request: &CompareRequest,
        counted: &Counted<'_>,
        places: &[PlaceRef],
        notes: &mut Vec<String>,
    ) -> Result<Vec<Control>, AskError> {
        let mut controls = Vec::new();
        for place in places {
            let place = Place::find(reader, "comparison", place)?;
            let same_layer = place.layer.zip(counted.areas.as_ref()).is_some_and(|(a, (b, _))| a.name == b.name);
            let position = place.area.filter(|_| same_layer).map(|a| a as usize);
            let Some(position) = position else {
                notes
                    .push(format!("{} was left out of the comparison: it is no area of the place's layer", place.name));
                continue;
            };
            if self.positions.contains(&position) {
                controls.push(control(request, counted, position));
            } else {
                notes.push(format!(
                    "{} was left out of the comparison: it is the place, touches it or its ring, or was not received",
                    place.name
                ));
            }
        }
        Ok(controls)
    }

    /// How often an area where nothing was done changes as much, against as many others at random.
    fn placebo(&self, request: &CompareRequest, counted: &Counted<'_>, controls: usize, z: f64) -> Option<Placebo> {
        let changes: Vec<BeforeAfter> = self.positions.iter().map(|&i| counted.change(Who::Area(i), request)).collect();
        let mut usable: Vec<BeforeAfter> = changes.into_iter().filter(|c| c.before + c.after > 0).collect();
        if usable.len() < LEAST_PLACEBO.max(controls + 2) {
            return None;
        }
        let mut stream = RandomStream::new(request.seed, 0);
        let mut extreme = 0;
        for _ in 0..request.permutations {
            stream.choose(&mut usable, controls + 1);
            let comparison = sum(&usable[1..=controls]);
            let ratio = ratio_of_ratios(usable[0], comparison, 1.0, 0.95);
            extreme += usize::from(ratio.is_ok_and(|f| f.z_score().abs() >= z.abs()));
        }
        let p = (extreme as f64 + 1.0) / (request.permutations as f64 + 1.0);
        Some(Placebo { p, permutations: request.permutations, areas: usable.len() })
    }
}

fn control(request: &CompareRequest, counted: &Counted<'_>, i: usize) -> Control {
    let layer = counted.areas.as_ref().map(|(l, _)| *l).expect("candidates are areas of the layer");
    let change = counted.change(Who::Area(i), request);
    let area = &layer.areas[i];
    Control {
        area: ComparisonArea {
            place: format!("{}:{}", layer.name, area.code),
            name: area.name.clone(),
            before: change.before,
            after: change.after,
        },
        position: i,
    }
}

/// The comparison areas of a question.
pub(super) fn controls(
    reader: &Exact<'_>,
    request: &CompareRequest,
    counted: &Counted<'_>,
    candidates: &Candidates,
    notes: &mut Vec<String>,
) -> Result<Vec<Control>, AskError> {
    match &request.comparison {
        Comparison::None => Ok(Vec::new()),
        Comparison::Given(places) => candidates.given(reader, request, counted, places, notes),
        Comparison::Suggested => {
            let similar = candidates.similar(request, counted);
            if similar.is_empty() {
                notes.push(
                    "there are no areas to compare with: none was received that touches neither the place nor its ring"
                        .to_owned(),
                );
            }
            Ok(similar)
        }
    }
}

/// The change of the place against all other areas that were received.
pub(super) fn county(request: &CompareRequest, counted: &Counted<'_>, spread: &Spread) -> Option<CountyChange> {
    let others = counted.changes_of_others(request);
    let all = sum(&others);
    let ratio = set_against(counted.change(Who::Place, request), all, spread, others.len());
    (!others.is_empty()).then(|| CountyChange {
        areas: others.len(),
        before: all.before,
        after: all.after,
        ratio_of_ratios: ratio.map(|f| f.ratio),
        low: ratio.map(|f| f.interval.low),
        high: ratio.map(|f| f.interval.high),
    })
}

/// The change of the place against its comparison areas.
pub(super) fn against(
    request: &CompareRequest,
    counted: &Counted<'_>,
    candidates: &Candidates,
    controls: &[Control],
    spread: &Spread,
    notes: &mut Vec<String>,
) -> Option<ComparisonResult> {
    if controls.is_empty() {
        return None;
    }
    let place = counted.change(Who::Place, request);
    let comparison = controls_sum(request, counted, controls);
    let ratio = set_against(place, comparison, spread, controls.len());
    if ratio.is_none() {
        notes.push("the change is not set against that of the comparison areas, because a count is nought".to_owned());
    }
    let plain = ratio_of_ratios(place, comparison, 1.0, 0.95).ok().filter(|f| !f.corrected).map(|f| f.z_score());
    Some(ComparisonResult {
        suggested: request.comparison == Comparison::Suggested,
        areas: controls.iter().map(|c| c.area.clone()).collect(),
        before: comparison.before,
        after: comparison.after,
        ratio_of_ratios: ratio.map(|f| f.ratio),
        low: ratio.map(|f| f.interval.low),
        high: ratio.map(|f| f.interval.high),
        p: ratio.map(|f| f.p_value()),
        placebo: plain.and_then(|z| candidates.placebo(request, counted, controls.len(), z)),
    })
}

pub(super) fn controls_sum(request: &CompareRequest, counted: &Counted<'_>, controls: &[Control]) -> BeforeAfter {
    sum(&controls.iter().map(|c| counted.change(Who::Area(c.position), request)).collect::<Vec<_>>())
}
