//! A claim as sentences that a board member understands.

use super::claim::{Claim, SameSeason};
use crate::{
    model::{Day, Query},
    snapshot::Snapshot,
    stats::Inference,
};

/// Below this count the words come first and the percentage stays in the table.
const FEW: u64 = 20;

/// What is counted.
pub(in crate::analysis) fn subject(snapshot: &Snapshot, query: &Query) -> String {
    let kind = match (&query.definition, query.categories.as_slice()) {
        (Some(name), _) => {
            let known = snapshot.definitions().get(name);
            known.map_or_else(|| name.clone(), |d| format!("{} (definition version {})", d.title, d.version))
        }
        (None, []) => "all categories".to_owned(),
        (None, some) => some.join(", "),
    };
    let sources = if query.sources.is_empty() { "all sources".to_owned() } else { query.sources.join(", ") };
    let mut parts = vec![kind, sources];
    if let Some(days) = query.weekdays {
        let names = crate::model::WEEKDAYS.iter().zip(days).filter(|(_, asked)| *asked).map(|(n, _)| *n);
        parts.push(format!("on {}", names.collect::<Vec<_>>().join(", ")));
    }
    if let Some(hours) = query.hours {
        let named = (0..24).filter(|h| hours.0 & (1 << h) != 0).map(|h| h.to_string());
        parts.push(format!("in the hours {}", named.collect::<Vec<_>>().join(", ")));
    }
    parts.extend(query.calendar.as_ref().map(|c| format!("in {c}")));
    parts.join(", ")
}

/// What the ring says.
pub(super) fn ring(wdq: Option<f64>, change: Option<Inference>, widening: f64) -> String {
    let side = change.map(|c| {
        let wide = |end: f64| if end > 0.0 { end.ln() } else { f64::NEG_INFINITY };
        let (low, high) = (wide(c.interval.low), wide(c.interval.high));
        let middle = f64::midpoint(low.max(-50.0), high.min(50.0));
        let half = 0.5 * (high.min(50.0) - low.max(-50.0)) * widening.max(1.0);
        if middle + half < 0.0 {
            "lower than before"
        } else if middle - half > 0.0 {
            "higher than before"
        } else {
            "no clear change"
        }
    });
    let ring = format!("in the ring: {}", side.unwrap_or("too few to say"));
    match wdq {
        Some(q) if q >= 1.0 => format!("{ring}; the fall around the place exceeds that in it"),
        Some(q) if q > 0.0 => format!("{ring}; some of the fall reaches the ring"),
        // Nothing moved to where it fell as well.
        Some(_) if side == Some("lower than before") => ring,
        Some(q) if q >= -1.0 => format!("{ring}; some of what is gone may have moved there, less than the fall"),
        Some(_) => format!("{ring}; as much as is gone may have moved there"),
        None => ring,
    }
}

fn date(text: &str, days: i32) -> String {
    let months = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    Day::parse(text).map_or_else(
        |_| text.to_owned(),
        |day| {
            let date = Day(day.0 + days).date();
            let month =
                months.get(usize::from(date.month().unsigned_abs()).saturating_sub(1)).copied().unwrap_or_default();
            format!("{} {month} {}", date.day(), date.year())
        },
    )
}

fn span(from: &str, to: &str) -> String {
    format!("{} to {}", date(from, 0), date(to, -1))
}

/// `24 % fewer` or `12 % more`; `twice as many` and more from a doubling on.
fn percent(ratio: f64) -> String {
    let change = 100.0 * (ratio - 1.0);
    match change.round() as i64 {
        0 => "no difference".to_owned(),
        fewer if fewer < 0 => format!("{} % fewer", -fewer),
        more => format!("{more} % more"),
    }
}

fn range(low: f64, high: Option<f64>) -> String {
    match high {
        Some(high) => format!("between {} and {}", percent(low), percent(high)),
        None => format!("at least {}", percent(low)),
    }
}

/// Writes the sentences and the notes.
pub(super) fn finish(claim: &mut Claim) {
    let mut lines = vec![counts(claim)];
    lines.extend(change(claim));
    if let Some(season) = &claim.same_season {
        lines.extend(seasonal(season));
    }
    if let Some(county) = &claim.county {
        lines.push(format!(
            "All {} other areas together: {} before, {} after. {}",
            county.areas,
            county.before,
            county.after,
            against("that", county.ratio_of_ratios, county.low, county.high),
        ));
    }
    if let Some(comparison) = &claim.comparison {
        let names: Vec<&str> = comparison.areas.iter().map(|a| a.name.as_str()).collect();
        let chosen = if comparison.suggested { "similar areas chosen by the program" } else { "the comparison areas" };
        lines.push(format!(
            "In {chosen} ({}): {} incidents before, {} after. {}",
            names.join("; "),
            comparison.before,
            comparison.after,
            against("their change", comparison.ratio_of_ratios, comparison.low, comparison.high),
        ));
        if let Some(placebo) = &comparison.placebo {
            lines.push(format!(
                "Of {} other areas, taken at random {} times, {:.0} in 100 changed as much against others.",
                placebo.areas,
                placebo.permutations,
                100.0 * placebo.p,
            ));
        }
    }
    if let Some(ring) = &claim.displacement {
        lines.push(format!(
            "Around the place ({} rings of cells): {} before, {} after; {}.",
            ring.rings, ring.before, ring.after, ring.words
        ));
    }
    if let Some(peak) = claim.peak.as_ref().filter(|p| p.at_peak) {
        let expected = peak
            .empirical_bayes
            .map_or(String::new(), |e| format!("; about {e:.0} would be expected there without any change"));
        lines.push(format!("The place is taken to have been picked at a peak, because {}{expected}.", peak.why));
    }
    if let Some(needed) = claim.power.incidents_needed {
        lines.push(format!(
            "A fall of {:.0} % would show from about {needed} incidents before; there were {}.",
            100.0 * claim.power.fall,
            claim.before.count,
        ));
    }
    lines.extend(claim.locating.as_ref().filter(|l| l.changed).map(|l| {
        format!(
            "Records without a place: {:.1} % before, {:.1} % after; all of them in this place would make the change {}.",
            100.0 * l.before.share,
            100.0 * l.after.share,
            l.low.zip(l.high).map_or_else(|| "unknown".to_owned(), |(low, high)| range(low, Some(high))),
        )
    }));
    lines.push(format!("Verdict: {}.", claim.verdict));
    claim.sentences = lines;
    let mut notes = standing_notes(claim);
    notes.append(&mut claim.notes);
    claim.notes = notes;
}

/// How the place changed against others, where that can be said.
fn against(them: &str, ratio: Option<f64>, low: Option<f64>, high: Option<f64>) -> String {
    match (ratio, low) {
        (Some(ratio), Some(low)) => {
            format!("Against {them} the place has {} (95 % interval: {}).", percent(ratio), range(low, high))
        }
        _ => "A count is nought, so that the two changes are not compared.".to_owned(),
    }
}

fn counts(claim: &Claim) -> String {
    let (b, a) = (&claim.before, &claim.after);
    format!(
        "{}, {}: {} incidents in {} days ({}), then {} in {} days ({}).",
        claim.place_name,
        claim.what,
        b.count,
        b.days,
        span(&b.from, &b.to),
        a.count,
        a.days,
        span(&a.from, &a.to),
    )
}

fn change(claim: &Claim) -> Option<String> {
    let wide = claim.widened.as_ref()?;
    let few = claim.before.count < FEW || claim.after.count < FEW;
    match claim.ratio {
        None => Some("Nothing happened before, so that there is no percentage.".to_owned()),
        Some(_) if few => Some(format!(
            "One of the counts is below {FEW}, too few for a percentage to mean much; the true change lies {} a day.",
            range(wide.low, wide.high)
        )),
        Some(ratio) => {
            Some(format!("That is {} a day (95 % interval: {}).", percent(ratio), range(wide.low, wide.high)))
        }
    }
}

fn seasonal(season: &SameSeason) -> Option<String> {
    let (ratio, low) = (season.ratio?, season.low?);
    let years = if season.years == 1 { "a year before".to_owned() } else { format!("{} years before", season.years) };
    let after = season.earlier_after.as_ref()?;
    let then = match &season.earlier_before {
        Some(before) => format!("{years} it went from {} to {} between the same dates", before.count, after.count),
        None => format!("{years} there were {} between the same dates", after.count),
    };
    Some(format!(
        "The seasons differ: {then}. With that taken out: {} (95 % interval: {}).",
        percent(ratio),
        range(low, season.high)
    ))
}

fn standing_notes(claim: &Claim) -> Vec<String> {
    let mut notes = vec!["A change compared with an earlier period; nothing here says what caused it.".to_owned()];
    for window in [&claim.before, &claim.after] {
        notes.extend(window.left_out.iter().cloned());
        if window.time_too_coarse > 0 {
            let n = window.time_too_coarse;
            notes
                .push(format!("{n} incidents may or may not lie between {} and {}: left out.", window.from, window.to));
        }
    }
    if let Some(l) = claim.locating.as_ref().filter(|l| !l.changed && l.before.not_located + l.after.not_located > 0) {
        let (before, after) = (100.0 * l.before.share, 100.0 * l.after.share);
        notes
            .push(format!("Records without a place, which are in no count: {before:.1} % before, {after:.1} % after."));
    }
    if claim.dispersion > 1.0 {
        notes.push(format!(
            "Monthly counts vary {:.1} times as much as chance alone would: every interval was widened for it.",
            claim.dispersion
        ));
    }
    notes
}
