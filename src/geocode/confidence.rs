//! From weighed hypotheses to an answer: where, how sure of area and cells, within what radius.

use super::{
    Answer, Candidate, Confidence, PostcodeLevel, Status,
    calibration::{CELL8, CELL9, MSOA, RADIUS, probability},
    evidence::Weigher,
    hypothesis::{Hypothesis, Mention, Reading},
    samples::{Shares, radius, samples},
    study::metres,
};
use crate::model::{Flags, LonLat, PrecisionClass, lonlat_to_bng};

/// Mass of what no gazetteer has.
const ELSEWHERE: f64 = 0.02;
/// The same where a name stands alone, with nothing that says where.
const ELSEWHERE_ALONE: f64 = 0.12;
/// The same for each unit of what it cost to read it: a slip in a name alone is as likely another name.
const ELSEWHERE_SLIP: f64 = 0.7;
/// The same where something else agrees.
const ELSEWHERE_READ: f64 = 0.1;
/// Probability of the right area from which an answer is taken.
pub(super) const ACCEPT: f64 = 0.75;
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

/// Makes the answer of weighed hypotheses; none where there is no hypothesis with any mass.
pub(super) fn decide(hypotheses: &[Hypothesis], weigher: &Weigher<'_>, flags: Flags) -> Option<Answer> {
    // Of equals the first, as in the list of candidates.
    let winner = hypotheses.iter().rev().max_by(|a, b| preference(a).total_cmp(&preference(b)))?;
    if winner.mass <= 0.0 {
        return None;
    }
    let total: f64 = hypotheses.iter().map(|h| h.mass).sum::<f64>() + elsewhere(winner, weigher);
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
    let radius_m = radius(&samples, point) * RADIUS[usize::from(winner.reading.rank())];
    let believed = winner.mass >= 0.5 * total && score_gap >= TIE;
    let (status, class) = settled(winner, weigher, confidence.msoa, shares.district, (score_gap, believed));
    // A place known so roughly is no street, whatever was named.
    let rough = radius_m > LOCALITY_M && class != PrecisionClass::None && winner.reading != Reading::Coordinates;
    let class = if rough { class.max(PrecisionClass::Locality) } else { class };
    Some(Answer {
        status,
        point: Some(point),
        grid: lonlat_to_bng(point).ok(),
        class,
        radius_m,
        confidence,
        score_gap,
        method: method(winner, weigher),
        matched_id: id_of(winner, weigher),
        flags,
        candidates: candidates(hypotheses, weigher, total),
    })
}

/// Mass of what no gazetteer has, beside a winner.
fn elsewhere(winner: &Hypothesis, weigher: &Weigher<'_>) -> f64 {
    let alone = winner.evidence.is_empty()
        && matches!(winner.reading, Reading::Street(_) | Reading::Entry(_) | Reading::Broad(_));
    if alone {
        return ELSEWHERE_ALONE + ELSEWHERE_SLIP * generous(winner, weigher);
    }
    // Each thing more that is mentioned would have to be wrong as well.
    let mentions = winner.evidence.len() as i32;
    (ELSEWHERE + ELSEWHERE_READ * generous(winner, weigher)) * 0.04_f64.powi((mentions - 1).clamp(0, 3))
}

/// Whether the winner is taken, and as how precise: where its area is not sure enough, its district may be. `lead` is the
/// gap to the next place and whether coordinates with such a share are believed.
fn settled(
    winner: &Hypothesis,
    weigher: &Weigher<'_>,
    msoa: f64,
    district: f64,
    (gap, believed): (f64, bool),
) -> (Status, PrecisionClass) {
    let coordinates = winner.reading == Reading::Coordinates;
    let refined = matches!(winner.reading, Reading::Postcode(_)) && agrees_with_name(winner, weigher);
    let class = if refined { PrecisionClass::StreetSegment } else { winner.class };
    if class <= PrecisionClass::Locality && (msoa >= ACCEPT || (coordinates && believed)) {
        return (Status::Matched, class);
    }
    let fine = class < PrecisionClass::Locality;
    let class = match class.max(PrecisionClass::Sector).min(PrecisionClass::District) {
        _ if district < ACCEPT_DISTRICT => PrecisionClass::None,
        PrecisionClass::Sector if !coordinates && !matches!(winner.reading, Reading::PartOfPostcode(_)) => {
            PrecisionClass::District
        }
        class => class,
    };
    let status = match class {
        PrecisionClass::None if gap < TIE => Status::Tied,
        PrecisionClass::None => Status::Review,
        _ if fine && gap < TIE => Status::Tied,
        _ if fine => Status::Review,
        _ => Status::Matched,
    };
    (status, class)
}

/// What it cost to read the names of a hypothesis.
fn generous(h: &Hypothesis, weigher: &Weigher<'_>) -> f64 {
    let cost = |m: &Mention| if let Mention::Name(i) = m { f64::from(weigher.parsed.names[*i].cost) } else { 0.0 };
    h.made_of.iter().map(cost).sum()
}

/// Of hypotheses with like mass the closer one.
fn preference(h: &Hypothesis) -> f64 {
    h.mass * [1.4, 1.3, 1.3, 1.2, 1.0, 0.9][usize::from(h.reading.rank())]
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

/// What is to be flagged about the winner.
fn noticed(winner: &Hypothesis, gap: f64, weigher: &Weigher<'_>) -> Flags {
    let mut flags = Flags::NONE;
    for (mention, ..) in winner.evidence.iter().filter(|e| e.2 < CONFLICT) {
        flags.set(match mention {
            Mention::Coordinates | Mention::Square(_) => Flags::TEXT_CONFLICT,
            Mention::Postcode(_) => Flags::POSTCODE_CONFLICT,
            Mention::Name(i) if weigher.parsed.names[*i].fine.is_empty() => Flags::LOCALITY_CONFLICT,
            Mention::Name(_) => match winner.reading {
                Reading::Coordinates | Reading::Swapped | Reading::Square => Flags::TEXT_CONFLICT,
                Reading::Postcode(_) | Reading::Slip(..) | Reading::PartOfPostcode(_) => Flags::POSTCODE_CONFLICT,
                Reading::Broad(_) => Flags::STREET_UNKNOWN,
                _ => Flags::TWO_PLACES,
            },
        });
    }
    if gap < TIE {
        flags.set(Flags::AMBIGUOUS);
    }
    if let Reading::Square = winner.reading
        && winner.radius_m > 70.0
    {
        flags.set(Flags::GRIDREF_COARSE);
    }
    let names_a_street = weigher.parsed.names.iter().any(|n| !n.home && !n.fine.is_empty());
    if weigher.parsed.unknown_streets > 0 || (names_a_street && matches!(winner.reading, Reading::Broad(_))) {
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
    let mut words = vec![weigher.kind_word(&winner.reading)];
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
    match winner.reading {
        Reading::Coordinates | Reading::Swapped | Reading::Square => String::new(),
        Reading::Postcode(i) | Reading::PartOfPostcode(i) => weigher.parsed.postcodes[i].postcode.to_string(),
        Reading::Slip(i, other) => weigher.parsed.postcodes[i].slip(other),
        Reading::Entry(e) | Reading::Street(e) | Reading::Broad(e) => weigher.gazetteers.id(e),
        Reading::Crossing(a, b, _) => format!("{} x {}", weigher.gazetteers.id(a), weigher.gazetteers.id(b)),
    }
}

fn candidates(hypotheses: &[Hypothesis], weigher: &Weigher<'_>, total: f64) -> Vec<Candidate> {
    let mut ranked: Vec<&Hypothesis> = hypotheses.iter().filter(|h| h.mass > 1e-3 * total).collect();
    ranked.sort_by(|a, b| preference(b).total_cmp(&preference(a)));
    ranked.truncate(5);
    let of = |h: &&Hypothesis| Candidate {
        point: settled_point(h, weigher),
        name: weigher.describe(&h.reading),
        id: id_of(h, weigher),
        class: h.class,
        share: h.mass / total,
        own: matches!(h.reading, Reading::Coordinates | Reading::Swapped),
    };
    ranked.iter().map(of).collect()
}
