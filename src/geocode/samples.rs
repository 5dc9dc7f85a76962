//! Where a record may be as points with shares, and what of them lies in the same area, cells and radius.

use super::{
    evidence::Weigher,
    hypothesis::{Hypothesis, Mention, Reading},
    study::{distances_from, moved},
};
use crate::{
    grid::OneCell,
    model::{LonLat, PrecisionClass},
};

/// Most hypotheses whose points are looked at one by one.
const MAX_SAMPLED: usize = 12;
/// Six points round one will do for a place known as closely as that.
const POINT_M: f64 = 30.0;
/// Points that stand for a bell round one.
const SPREAD: usize = 13;
/// Cosine and sine of sixths of a turn, and of those between them.
const SIXTHS: [[f64; 2]; 6] =
    [[1.0, 0.0], [0.5, ROOT_3_4], [-0.5, ROOT_3_4], [-1.0, 0.0], [-0.5, -ROOT_3_4], [0.5, -ROOT_3_4]];
const BETWEEN: [[f64; 2]; 6] =
    [[ROOT_3_4, 0.5], [0.0, 1.0], [-ROOT_3_4, 0.5], [-ROOT_3_4, -0.5], [0.0, -1.0], [ROOT_3_4, -0.5]];
/// Half the root of three.
const ROOT_3_4: f64 = 0.866_025_403_784_438_6;

/// A point that the record may be at, with its share of all that was considered.
#[derive(Clone, Copy)]
pub(super) struct Sample {
    point: LonLat,
    share: f64,
    /// Whether all that is said is a district: then it is certain, wherever in it the point lies.
    whole_district: bool,
}

/// Points that stand for where the record may be, with their shares; what lies elsewhere has none.
pub(super) fn samples(hypotheses: &[Hypothesis], winner: &Hypothesis, settled: LonLat, total: f64) -> Vec<Sample> {
    let mut ranked: Vec<&Hypothesis> = hypotheses.iter().filter(|h| h.mass > 1e-4 * total).collect();
    ranked.sort_by(|a, b| b.mass.total_cmp(&a.mass));
    let mut samples = Vec::with_capacity(SPREAD * ranked.len().min(MAX_SAMPLED));
    for h in ranked.into_iter().take(MAX_SAMPLED) {
        let share = h.mass / total;
        let is_winner = std::ptr::eq(h, winner);
        let anchored = is_winner
            && settled != h.point
            && h.evidence.iter().any(|e| matches!(e.0, Mention::Postcode(_)) && e.2 > 0.5);
        if anchored {
            spread(settled, h.radius_m, share, true, &mut samples);
            continue;
        }
        let from = samples.len();
        for &(point, part) in h.points.iter().take(16) {
            let fully = h.points.len() <= 2 && h.radius_m > POINT_M;
            spread(point, h.radius_m, share * part, fully, &mut samples);
        }
        let is_district = h.class == PrecisionClass::District && matches!(h.reading, Reading::Broad(_));
        samples[from..].iter_mut().for_each(|s| s.whole_district = is_district && is_winner);
    }
    samples
}

/// A point and twelve round it that stand for a bell whose nine tenths lie within the radius; six will do where it is one
/// of several points.
fn spread(point: LonLat, radius_m: f64, share: f64, fully: bool, samples: &mut Vec<Sample>) {
    let east = moved(point, radius_m, 0.0).lon - point.lon;
    let north = moved(point, 0.0, radius_m).lat - point.lat;
    let mut add = |[x, y]: [f64; 2], ring: f64, part: f64| {
        let at = LonLat { lon: point.lon + x * ring * east, lat: point.lat + y * ring * north };
        samples.push(Sample { point: at, share: share * part, whole_district: false });
    };
    if fully {
        add([0.0, 0.0], 0.0, 0.16);
        SIXTHS.iter().for_each(|direction| add(*direction, 0.42, 0.07));
        BETWEEN.iter().for_each(|direction| add(*direction, 0.9, 0.07));
    } else {
        add([0.0, 0.0], 0.0, 0.28);
        SIXTHS.iter().for_each(|direction| add(*direction, 0.75, 0.12));
    }
}

/// Shares of what is considered that lie where the answer lies.
pub(super) struct Shares {
    pub(super) msoa: f64,
    pub(super) cell8: f64,
    pub(super) cell9: f64,
    pub(super) district: f64,
    /// Whether the point lies in the study area.
    pub(super) inside: bool,
}

impl Shares {
    pub(super) fn of(samples: &[Sample], point: LonLat, weigher: &Weigher<'_>) -> Self {
        let study = weigher.study;
        let area = study.area_of(point);
        let district = area.map_or("", |a| study.district(a));
        // Where there is no area a cell stands in for one, and there is no district.
        let stand_in = area.is_none().then(|| OneCell::of_point(point, 7));
        let (cell8, cell9) = (OneCell::of_point(point, 8), OneCell::of_point(point, 9));
        let mut shares = Self { msoa: 0.0, cell8: 0.0, cell9: 0.0, district: 0.0, inside: study.holds_area(area) };
        for s in samples {
            let at = study.area_of(s.point);
            let same_area = at == area && stand_in.as_ref().is_none_or(|cell| cell.holds(s.point));
            let same_district = !district.is_empty() && at.is_some_and(|a| study.district(a) == district);
            let part = |holds: bool| if holds { s.share } else { 0.0 };
            shares.msoa += part(same_area);
            shares.cell8 += part(cell8.holds(s.point));
            shares.cell9 += part(cell9.holds(s.point));
            shares.district += part(s.whole_district || same_area || same_district);
        }
        shares
    }
}

/// Distance that holds nine tenths of the samples.
pub(super) fn radius(samples: &[Sample], point: LonLat) -> f64 {
    let distance_m = distances_from(point);
    let mut distances: Vec<(f64, f64)> = samples.iter().map(|s| (distance_m(s.point), s.share)).collect();
    distances.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = distances.iter().map(|d| d.1).sum();
    let mut sum = 0.0;
    for (distance, share) in &distances {
        sum += share;
        if sum >= 0.9 * total {
            return distance.max(20.0);
        }
    }
    distances.last().map_or(20.0, |d| d.0.max(20.0))
}
