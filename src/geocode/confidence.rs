//! From weighed hypotheses to an answer: where, how sure of area and cells, within what radius.

use super::{
    Answer, Candidate, Confidence, PostcodeLevel, Status,
    calibration::{CELL8, CELL9, MSOA, RADIUS, probability},
    evidence::Weigher,
    hypothesis::{Hypothesis, Mention, What},
    study::{distances_from, metres, moved},
};
use crate::{
    grid::OneCell,
    model::{Flags, LonLat, PrecisionClass, lonlat_to_bng},
};

/// Mass of what no gazetteer has.
const ELSEWHERE: f64 = 0.02;
/// The same where a name stands alone, with nothing that says where.
const ELSEWHERE_ALONE: f64 = 0.12;
/// The same for each unit of what it cost to read it: a slip in a name alone is as likely another name.
const ELSEWHERE_SLIP: f64 = 0.7;
/// Most hypotheses whose points are looked at one by one.
const MAX_SAMPLED: usize = 12;
/// Probability of the right area from which an answer is taken.
pub(super) const ACCEPT: f64 = 0.7;
/// The same for the right district, where no more is said.
const ACCEPT_DISTRICT: f64 = 0.9;
/// Candidates closer than this are one place.
const SAME_PLACE_M: f64 = 350.0;
/// Radius beyond which nothing finer than a locality is told.
const LOCALITY_M: f64 = 1_830.0;
/// Agreement below which two mentions contradict each other.
const CONFLICT: f64 = 0.25;
/// Lead below which several places fit as well.
const TIE: f64 = 0.25;

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
struct Sample {
    point: LonLat,
    share: f64,
    /// Whether all that is said is a district: then it is certain, wherever in it the point lies.
    whole_district: bool,
}

/// Makes the answer of weighed hypotheses; none where there is no hypothesis with any mass.
pub(super) fn decide(hypotheses: &[Hypothesis], weigher: &Weigher<'_>, flags: Flags) -> Option<Answer> {
    let winner = hypotheses.iter().max_by(|a, b| preference(a).total_cmp(&preference(b)))?;
    if winner.mass <= 0.0 {
        return None;
    }
    let alone = winner.evidence.is_empty() && matches!(winner.what, What::Street(_) | What::Entry(_) | What::Broad(_));
    // Each thing more that is mentioned would have to be wrong as well.
    let mentions = winner.evidence.len() as i32;
    let elsewhere = if alone {
        ELSEWHERE_ALONE + ELSEWHERE_SLIP * generous(winner, weigher)
    } else {
        ELSEWHERE * 0.04_f64.powi((mentions - 1).clamp(0, 3))
    };
    let total: f64 = hypotheses.iter().map(|h| h.mass).sum::<f64>() + elsewhere;
    let point = settled_point(winner, weigher);
    let samples = samples(hypotheses, winner, point, total);
    let shares = Shares::of(&samples, point, weigher);
    let confidence = Confidence {
        msoa: probability(shares.msoa, MSOA),
        cell8: probability(shares.cell8, CELL8),
        cell9: probability(shares.cell9, CELL9),
    };
    let rival = hypotheses.iter().filter(|h| metres(h.point, point) > SAME_PLACE_M).map(|h| h.mass).fold(0.0, f64::max);
    let score_gap = ((winner.mass - rival) / total).max(0.0);
    let mut flags = flags | noticed(winner, score_gap, weigher);
    if !shares.inside {
        flags.set(Flags::OUTSIDE_AREA);
    }
    let mut class = winner.class;
    let refined = matches!(winner.what, What::Postcode(_)) && agrees_with_name(winner, weigher);
    if refined {
        class = PrecisionClass::StreetSegment;
    }
    let coordinates = winner.what == What::Coordinates;
    let exact = coordinates && class <= PrecisionClass::Locality;
    let believed = exact && winner.mass >= 0.5 * total && score_gap >= TIE;
    let status = if believed || (confidence.msoa >= ACCEPT && class <= PrecisionClass::Locality) {
        Status::Matched
    } else {
        let fine = class < PrecisionClass::Locality;
        class = if shares.district >= ACCEPT_DISTRICT {
            PrecisionClass::District.min(class.max(PrecisionClass::Sector))
        } else {
            PrecisionClass::None
        };
        match (class, fine) {
            (PrecisionClass::None, _) | (_, true) if score_gap < TIE => Status::Tied,
            (PrecisionClass::None, _) | (_, true) => Status::Review,
            _ => Status::Matched,
        }
    };
    if class == PrecisionClass::Sector && !coordinates && !matches!(winner.what, What::PartOfPostcode(_)) {
        class = PrecisionClass::District;
    }
    let radius_m = radius(&samples, point) * RADIUS[usize::from(winner.what.rank())];
    // A place known so roughly is no street, whatever was named.
    if radius_m > LOCALITY_M && class != PrecisionClass::None && !coordinates {
        class = class.max(PrecisionClass::Locality);
    }
    let method = method(winner, weigher);
    Some(Answer {
        status,
        point: Some(point),
        grid: lonlat_to_bng(point).ok(),
        class,
        radius_m,
        confidence,
        score_gap,
        method,
        matched_id: id_of(winner, weigher),
        flags,
        candidates: candidates(hypotheses, weigher, total),
    })
}

/// What it cost to read the names of a hypothesis.
fn generous(h: &Hypothesis, weigher: &Weigher<'_>) -> f64 {
    let cost = |m: &Mention| if let Mention::Name(i) = m { f64::from(weigher.parsed.names[*i].cost) } else { 0.0 };
    h.made_of.iter().map(cost).sum()
}

/// Of hypotheses with like mass the closer one.
fn preference(h: &Hypothesis) -> f64 {
    h.mass * [1.4, 1.3, 1.3, 1.2, 1.0, 0.9][usize::from(h.what.rank())]
}

/// Where a hypothesis lies: of a street's points the one nearest to the postcode or coordinates that agree, otherwise the
/// one with the smallest mean distance to all.
fn settled_point(h: &Hypothesis, weigher: &Weigher<'_>) -> LonLat {
    if h.points.len() < 2 {
        return h.point;
    }
    let anchor = h.evidence.iter().filter(|e| e.2 > 0.5).find_map(|e| match e.0 {
        Mention::Postcode(i) => weigher.unit_point(i),
        _ => None,
    });
    let cost = |p: LonLat| match anchor {
        Some(anchor) => metres(p, anchor),
        None => h.points.iter().map(|(q, share)| share * metres(p, *q)).sum(),
    };
    let points = h.points.iter().take(16).map(|p| p.0);
    points.min_by(|a, b| cost(*a).total_cmp(&cost(*b))).unwrap_or(h.point)
}

/// Points that stand for where the record may be, with their shares; what lies elsewhere has none.
fn samples(hypotheses: &[Hypothesis], winner: &Hypothesis, settled: LonLat, total: f64) -> Vec<Sample> {
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
            spread(point, h.radius_m, share * part, h.points.len() <= 2, &mut samples);
        }
        let is_district = h.class == PrecisionClass::District && matches!(h.what, What::Broad(_));
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

struct Shares {
    msoa: f64,
    cell8: f64,
    cell9: f64,
    district: f64,
    /// Whether the point lies in the study area.
    inside: bool,
}

impl Shares {
    fn of(samples: &[Sample], point: LonLat, weigher: &Weigher<'_>) -> Self {
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
fn radius(samples: &[Sample], point: LonLat) -> f64 {
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

/// What is to be flagged about the winner.
fn noticed(winner: &Hypothesis, gap: f64, weigher: &Weigher<'_>) -> Flags {
    let mut flags = Flags::NONE;
    for (mention, ..) in winner.evidence.iter().filter(|e| e.2 < CONFLICT) {
        flags.set(match mention {
            Mention::Coordinates | Mention::Square(_) => Flags::TEXT_CONFLICT,
            Mention::Postcode(_) => Flags::POSTCODE_CONFLICT,
            Mention::Name(i) if weigher.parsed.names[*i].fine.is_empty() => Flags::LOCALITY_CONFLICT,
            Mention::Name(_) => match winner.what {
                What::Coordinates | What::Swapped | What::Square => Flags::TEXT_CONFLICT,
                What::Postcode(_) | What::PartOfPostcode(_) => Flags::POSTCODE_CONFLICT,
                What::Broad(_) => Flags::STREET_UNKNOWN,
                _ => Flags::TWO_PLACES,
            },
        });
    }
    if gap < TIE {
        flags.set(Flags::AMBIGUOUS);
    }
    if let What::Square = winner.what
        && winner.radius_m > 70.0
    {
        flags.set(Flags::GRIDREF_COARSE);
    }
    let names_a_street = weigher.parsed.names.iter().any(|n| !n.home && !n.fine.is_empty());
    if weigher.parsed.unknown_streets > 0 || (names_a_street && matches!(winner.what, What::Broad(_))) {
        flags.set(Flags::STREET_UNKNOWN);
    }
    flags
}

fn agrees_with_name(winner: &Hypothesis, weigher: &Weigher<'_>) -> bool {
    let is_fine = |m: Mention| matches!(m, Mention::Name(i) if !weigher.parsed.names[i].fine.is_empty());
    winner.evidence.iter().any(|e| is_fine(e.0) && e.2 > 0.5)
}

/// `street+locality+postcode`: what it is, and what agrees with it.
fn method(winner: &Hypothesis, weigher: &Weigher<'_>) -> String {
    let mut words = vec![weigher.kind_word(&winner.what)];
    for (mention, _, agreement) in &winner.evidence {
        let word = match mention {
            _ if *agreement < 0.5 => continue,
            Mention::Coordinates => "coordinates",
            Mention::Square(_) => "gridref",
            Mention::Postcode(i) if weigher.parsed.postcodes[*i].postcode.level() == PostcodeLevel::Unit => "postcode",
            Mention::Postcode(_) => "outcode",
            Mention::Name(i) if weigher.parsed.names[*i].fine.is_empty() => "locality",
            Mention::Name(_) => "name",
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join("+")
}

fn id_of(winner: &Hypothesis, weigher: &Weigher<'_>) -> String {
    match winner.what {
        What::Coordinates | What::Swapped | What::Square => String::new(),
        What::Postcode(i) | What::PartOfPostcode(i) => weigher.parsed.postcodes[i].postcode.to_string(),
        What::Entry(e) | What::Street(e) | What::Broad(e) => weigher.gazetteers.id(e),
        What::Crossing(a, b, _) => format!("{} x {}", weigher.gazetteers.id(a), weigher.gazetteers.id(b)),
    }
}

fn candidates(hypotheses: &[Hypothesis], weigher: &Weigher<'_>, total: f64) -> Vec<Candidate> {
    let mut ranked: Vec<&Hypothesis> = hypotheses.iter().filter(|h| h.mass > 1e-3 * total).collect();
    ranked.sort_by(|a, b| preference(b).total_cmp(&preference(a)));
    ranked.truncate(5);
    let of = |h: &&Hypothesis| Candidate {
        point: settled_point(h, weigher),
        name: weigher.describe(&h.what),
        id: id_of(h, weigher),
        class: h.class,
        share: h.mass / total,
    };
    ranked.iter().map(of).collect()
}
