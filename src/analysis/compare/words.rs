//! A claim as sentences that a board member understands.

use super::{
    claim::{Claim, EarlierYear, Peak, SameSeason},
    plain::between,
};
use crate::{
    model::{Day, Query},
    snapshot::Snapshot,
};

/// Below this count there are words in place of percentages, which stay in the table.
pub(super) const FEW: u64 = 20;

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

/// A count that is itself an estimate: two significant digits, rounded up.
fn two_digits(n: u64) -> u64 {
    let step = 10_u64.pow(n.max(1).ilog10().saturating_sub(1));
    n.div_ceil(step) * step
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

/// An interval in percent, or in words where counts are few.
pub(super) fn interval(low: f64, high: Option<f64>, few: bool) -> String {
    match high {
        _ if few => between(low, high, "what it was"),
        Some(high) => format!("between {} and {}", percent(low), percent(high)),
        None => format!("at least {}", percent(low)),
    }
}

/// Writes the sentences and the notes.
pub(super) fn finish(claim: &mut Claim) {
    let few = claim.before.count < FEW || claim.after.count < FEW;
    let mut lines = vec![counts(claim)];
    lines.extend(change(claim, few));
    if let Some(season) = &claim.same_season {
        lines.extend(seasonal(season, few));
    }
    if let Some(county) = &claim.county {
        lines.push(format!(
            "All {} other areas together: {} before, {} after. {}",
            county.areas,
            county.before,
            county.after,
            against("that", county.ratio_of_ratios, county.low.zip(county.high), few),
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
            against("their change", comparison.ratio_of_ratios, comparison.low.zip(comparison.high), few),
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
    lines.extend(claim.peak.as_ref().and_then(|peak| at_an_end(peak, claim.after.count, few)));
    if let Some(needed) = claim.power.incidents_needed {
        lines.push(format!(
            "A fall of {:.0} % would be seen four times in five from about {} incidents before; there were {}.",
            100.0 * claim.power.fall,
            two_digits(needed),
            claim.before.count,
        ));
    }
    lines.extend(claim.locating.as_ref().filter(|l| l.changed).map(|l| {
        format!(
            "Records without a place: {:.1} % before, {:.1} % after; all of them in this place would make the change {}.",
            100.0 * l.before.share,
            100.0 * l.after.share,
            l.low.zip(l.high).map_or_else(|| "unknown".to_owned(), |(low, high)| interval(low, Some(high), few)),
        )
    }));
    lines.push(format!("Verdict: {}.", claim.verdict));
    claim.sentences = lines;
    let mut notes = standing_notes(claim);
    notes.append(&mut claim.notes);
    claim.notes = notes;
}

/// How the place changed against others, where that can be said.
fn against(them: &str, ratio: Option<f64>, reach: Option<(f64, f64)>, few: bool) -> String {
    match (ratio, reach) {
        (Some(_), Some((low, high))) if few => {
            format!("Set against {them}, the place has {}.", between(low, Some(high), "what it would then have had"))
        }
        (Some(ratio), Some((low, high))) => {
            format!(
                "Against {them} the place has {} (95 % interval: {}).",
                percent(ratio),
                interval(low, Some(high), false)
            )
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

fn change(claim: &Claim, few: bool) -> Option<String> {
    let wide = claim.widened.as_ref()?;
    let reach = interval(wide.low, wide.high, few);
    Some(match claim.ratio {
        None => "Nothing happened before, so that there is no percentage.".to_owned(),
        Some(_) if few => {
            format!("One of the counts is below {FEW}, too few for a percentage: the true rate a day may be {reach}.")
        }
        Some(ratio) => format!("That is {} a day (95 % interval: {reach}).", percent(ratio)),
    })
}

/// What was to be expected where the period before was at a peak or a trough.
fn at_an_end(peak: &Peak, after: u64, few: bool) -> Option<String> {
    let (end, way) = if peak.at_peak { ("peak", "fall") } else { ("trough", "rise") };
    if !peak.at_peak && !peak.at_trough {
        return None;
    }
    let taken = format!("The period before is taken to be at a {end} of the place, because {}", peak.why);
    let (Some(expected), Some(low)) = (peak.empirical_bayes, peak.low) else {
        return Some(format!("{taken}: some {way} would come of itself."));
    };
    let reach = interval(low, peak.high, few).replace("what it was", "that");
    Some(format!(
        "{taken}: without any change its own past would lead to expect about {expected:.0} after it, and there were {after} (95 % interval of the rate: {reach})."
    ))
}

fn seasonal(season: &SameSeason, few: bool) -> Option<String> {
    let low = season.low?;
    let total = |of: &dyn Fn(&EarlierYear) -> u64| season.earlier.iter().map(of).sum::<u64>();
    let before: Option<u64> = season.earlier.iter().map(|y| y.before.as_ref().map(|b| b.count)).sum();
    let after = total(&|y| y.after.count);
    let years = if season.years == 1 {
        "in the earlier year".to_owned()
    } else {
        format!("in the {} earlier years", season.years)
    };
    let then = match before {
        Some(before) if season.others > 0 => format!(
            "{years} it went from {before} to {after} between the same dates, all {} other areas from {} to {}",
            season.others,
            total(&|y| y.others_before),
            total(&|y| y.others_after)
        ),
        Some(before) => format!("{years} it went from {before} to {after} between the same dates"),
        None => format!("{years} there were {after} between the same dates"),
    };
    let few = few || season.season.is_none() && after < FEW;
    let reach = interval(low, season.high, few);
    Some(match season.ratio.filter(|_| !few) {
        None => format!("The seasons differ: {then}. With that taken out the true rate may be {reach}."),
        Some(ratio) => {
            format!("The seasons differ: {then}. With that taken out: {} (95 % interval: {reach}).", percent(ratio))
        }
    })
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
    let apart = 100.0 * (claim.spread_between_areas.exp() - 1.0);
    if apart >= 1.0 && (claim.county.is_some() || claim.comparison.is_some()) {
        notes.push(format!(
            "Other areas changed by about {apart:.0} % more or less than each other, beyond chance: every interval against them was widened for it."
        ));
    }
    notes
}
