//! Why days of a period are in no count, in sentences.

use crate::{analysis::throughout::days_in_words, ask::Exact, model::Period, snapshot::Received};

/// Why some slices of a period were left out, a sentence for each reason.
pub(super) fn sentences(
    reader: &Exact<'_>,
    sources: &[String],
    districts: &[String],
    (window, left_out): (Period, &[Period]),
) -> Vec<String> {
    let mut doubtful: Vec<(Period, String)> = Vec::new();
    let mut missing: Vec<Period> = Vec::new();
    for &days in left_out {
        let known = sources.iter().flat_map(|s| districts.iter().map(move |d| reader.coverage.of(s, days, d)));
        let doubt = known.into_iter().find_map(|r| if let Received::Doubtful { why } = r { Some(why) } else { None });
        match (doubt, missing.last_mut()) {
            (Some(why), _) => doubtful.push((days, why)),
            (None, Some(last)) if last.end == days.start => last.end = days.end,
            (None, _) => missing.push(days),
        }
    }
    let mut sentences = Vec::new();
    if !missing.is_empty() {
        let days = days_in_words(&missing);
        sentences.push(format!("Left out of {window}, because it was not received: {days}."));
    }
    sentences.extend(doubtful.into_iter().map(|(days, why)| {
        let days = days_in_words(&[days]);
        format!("Left out of {window}, because it is doubtful: {days} ({why}).")
    }));
    sentences
}
