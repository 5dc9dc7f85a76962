//! In plain words: what was recognised, the candidates, and why one won.

use super::{
    Geocoder, Input, PostcodeLevel,
    evidence::Weigher,
    geocoder::Trace,
    hypothesis::{Hypothesis, Mention, Reading},
    parse::{Field, Parsed},
    study::metres,
    wording::Link,
};
use crate::model::{Flags, LonLat, PrecisionClass, bng_to_lonlat};

/// Most candidates that are told.
const MAX_TOLD: usize = 8;

impl Weigher<'_> {
    /// One word for what a hypothesis takes a record to mean.
    pub(super) fn kind_word(&self, reading: &Reading) -> &'static str {
        match reading {
            Reading::Coordinates => "coordinates",
            Reading::Swapped => "swapped_coordinates",
            Reading::Square => "gridref",
            Reading::Entry(e) | Reading::Street(e) | Reading::Broad(e) => self.gazetteers.entry(*e).kind.name(),
            Reading::Crossing(_, _, Link::Junction) => "junction",
            Reading::Crossing(_, _, Link::Between) => "between",
            Reading::Postcode(_) => "postcode",
            Reading::Slip(..) => "postcode one key away",
            Reading::PartOfPostcode(i) => match self.parsed.postcodes[*i].postcode.level() {
                PostcodeLevel::Outcode => "outcode",
                _ => "sector",
            },
        }
    }

    /// What a hypothesis takes a record to mean, for people.
    pub(super) fn describe(&self, reading: &Reading) -> String {
        let name = |e| {
            let locality = self.gazetteers.locality(e);
            let comma = if locality.is_empty() { "" } else { ", " };
            format!("{}{comma}{locality}", self.gazetteers.name(e))
        };
        match *reading {
            Reading::Coordinates => "the coordinates as given".to_owned(),
            Reading::Swapped => "the coordinates exchanged".to_owned(),
            Reading::Square => "the grid reference".to_owned(),
            Reading::Entry(e) | Reading::Street(e) | Reading::Broad(e) => name(e),
            Reading::Crossing(a, b, Link::Junction) => format!("where {} meets {}", name(a), self.gazetteers.name(b)),
            Reading::Crossing(a, b, Link::Between) => format!("between {} and {}", name(a), self.gazetteers.name(b)),
            Reading::Postcode(i) | Reading::PartOfPostcode(i) => self.parsed.postcodes[i].postcode.to_string(),
            Reading::Slip(i, other) => self.parsed.postcodes[i].slip(other),
        }
    }

    /// Point of a postcode unit that is mentioned.
    pub(super) fn unit_point(&self, i: usize) -> Option<LonLat> {
        let postcode = &self.parsed.postcodes[i].postcode;
        (postcode.level() == PostcodeLevel::Unit).then_some(())?;
        bng_to_lonlat(self.gazetteers.postcode(postcode)?.point?).ok()
    }
}

impl Geocoder {
    /// Says in plain words how a record's place was found. Holds words of the text: for the person who asked, not for a log.
    #[must_use]
    pub fn explain(&self, input: &Input<'_>) -> String {
        let trace = self.traced(input);
        let usable = trace.coordinates.as_ref().ok().filter(|_| !trace.answer.flags.has(Flags::DEFAULT_LOCATION));
        let weigher = self.weigher(&trace.parsed, usable);
        let mut lines = vec!["Recognised:".to_owned()];
        lines.extend(self.recognised(&trace));
        if lines.len() == 1 {
            lines.push("  nothing that a gazetteer knows".to_owned());
        }
        lines.extend(unread(input, &trace.parsed));
        lines.push(String::new());
        lines.push("Candidates:".to_owned());
        let total: f64 = trace.hypotheses.iter().map(|h| h.mass).sum();
        let mut ranked: Vec<&Hypothesis> = trace.hypotheses.iter().filter(|h| h.mass > 0.0).collect();
        ranked.sort_by(|a, b| b.mass.total_cmp(&a.mass));
        for h in ranked.iter().take(MAX_TOLD) {
            lines.extend(self.candidate(h, total, &weigher));
        }
        match ranked.len().saturating_sub(MAX_TOLD) {
            _ if ranked.is_empty() => lines.push("  none".to_owned()),
            0 => {}
            more => lines.push(format!("  and {more} that fit less well")),
        }
        lines.push(String::new());
        lines.extend(verdict(&trace));
        lines.join("\n")
    }

    fn recognised(&self, trace: &Trace) -> Vec<String> {
        let parsed = &trace.parsed;
        let mut lines = Vec::new();
        match &trace.coordinates {
            Ok(read) => lines.push(format!("  coordinates {:.6}, {:.6}", read.point.lon, read.point.lat)),
            Err(flags) if *flags != Flags::NONE => lines.push("  coordinates that are none".to_owned()),
            Err(_) => {}
        }
        for square in &parsed.squares {
            lines.push(format!("  a grid reference, a square of {:.0} m", square.side_m));
        }
        for mention in &parsed.postcodes {
            let known = match self.gazetteers().postcode(&mention.postcode) {
                None => ", in no gazetteer".to_owned(),
                Some(found) if found.point.is_none() && mention.postcode.is_northern_ireland() => {
                    ", known, in Northern Ireland: outside the study area".to_owned()
                }
                Some(found) if found.point.is_none() => ", known, without a position".to_owned(),
                Some(found) => found.terminated.map_or(String::new(), |m| format!(", out of use since {m}")),
            };
            lines.push(format!("  postcode {}{known}{}", mention.postcode, home(mention.home)));
        }
        for mention in &parsed.names {
            let count =
                |n: usize, kind: &str| if n == 1 { format!("one {kind}") } else { format!("{n} of kind {kind}") };
            let kinds: Vec<String> = [(mention.fine.len(), "street or place"), (mention.broad.len(), "locality")]
                .into_iter()
                .filter(|k| k.0 > 0)
                .map(|(n, kind)| count(n, kind))
                .collect();
            let name = mention.fine.first().or(mention.broad.first()).map_or("", |e| self.gazetteers().name(*e));
            let read = if mention.cost > 0.0 { ", read generously" } else { "" };
            lines.push(format!("  name {name:?}: {}{read}{}", kinds.join(", "), home(mention.home)));
        }
        if parsed.unknown_streets > 0 {
            lines.push(format!("  {} street(s) that no gazetteer has", parsed.unknown_streets));
        }
        lines
    }

    fn candidate(&self, h: &Hypothesis, total: f64, weigher: &Weigher<'_>) -> Vec<String> {
        let mut lines = vec![format!(
            "  {:>3.0} %  {} ({})",
            100.0 * h.mass / total.max(f64::MIN_POSITIVE),
            weigher.describe(&h.reading),
            weigher.kind_word(&h.reading)
        )];
        for (mention, distance, agreement) in &h.evidence {
            let mentioned = match mention {
                Mention::Coordinates => "the coordinates".to_owned(),
                Mention::Square(_) => "the grid reference".to_owned(),
                Mention::Postcode(i) => format!("postcode {}", weigher.parsed.postcodes[*i].postcode),
                Mention::Name(i) => {
                    let n = &weigher.parsed.names[*i];
                    n.broad
                        .first()
                        .or(n.fine.first())
                        .map_or_else(String::new, |e| format!("{:?}", self.gazetteers().name(*e)))
                }
            };
            let word = match agreement {
                a if *a >= 0.5 => "agrees with",
                a if *a >= 0.25 => "is some way from",
                _ => "contradicts",
            };
            lines.push(format!("         {word} {mentioned} ({distance:.0} m)"));
        }
        lines
    }
}

/// The words that nothing was made of.
fn unread(input: &Input<'_>, parsed: &Parsed) -> Option<String> {
    let words = parsed.unread.iter().filter_map(|(field, range)| match field {
        Field::Text => input.text.get(range.clone()),
        Field::Locality => input.locality.get(range.clone()),
    });
    let words: Vec<String> = words.take(MAX_TOLD).map(|w| format!("{w:?}")).collect();
    let more = if parsed.unread.len() > MAX_TOLD { ", and more" } else { "" };
    (!words.is_empty()).then(|| format!("  not read: {}{more}", words.join(", ")))
}

/// What was decided, and how sure it is.
fn verdict(trace: &Trace) -> Vec<String> {
    let answer = &trace.answer;
    let mut lines = vec![format!("Answer: {}, by {}", answer.status.name(), answer.method)];
    if let Some(point) = answer.point {
        let known = match answer.class {
            PrecisionClass::None => "a guess that is not used".to_owned(),
            class => format!("known as a {}", class.name().replace('_', " ")),
        };
        let (lon, lat, radius_m) = (point.lon, point.lat, answer.radius_m);
        lines.push(format!("  {lon:.6}, {lat:.6}; {known}; nine times in ten within {radius_m:.0} m"));
        lines.push(format!(
            "  right area {:.0} %, right resolution 8 cell {:.0} %, right resolution 9 cell {:.0} %",
            100.0 * answer.confidence.msoa,
            100.0 * answer.confidence.cell8,
            100.0 * answer.confidence.cell9
        ));
        let rival = answer.candidates.iter().find(|c| metres(c.point, point) > 350.0);
        lines.push(match rival {
            Some(rival) => format!("  ahead of {} by {:.0} points of 100", rival.name, 100.0 * answer.score_gap),
            None => "  no other place fits".to_owned(),
        });
    }
    let flags: Vec<&str> = answer.flags.names().collect();
    if !flags.is_empty() {
        lines.push(format!("  flags: {}", flags.join(", ")));
    }
    lines
}

fn home(is_home: bool) -> &'static str {
    if is_home { ", somebody's home: not used" } else { "" }
}
