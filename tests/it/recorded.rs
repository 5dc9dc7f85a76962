//! What every question answers about the demo county, to the letter, as a person and as a program get it. A change of an
//! answer is a change of a file in `recorded/`: `INSTA_UPDATE=always cargo nextest run recorded`, then read the difference.

use places::{
    analysis::{QUESTIONS, question},
    export::encoder,
};

use crate::{demo_county::county, support::exact};

/// Lines of an answer that are recorded: as many of its beginning, and of its end.
const LINES: usize = 40;

/// A question of each kind.
const ASKED: [(&str, &[(&str, &str)]); 12] = [
    ("count", &[("by", "area:areas,category"), ("definition", "serious-violence"), ("top", "12")]),
    ("breaks", &[("by", "cell:8"), ("from", "2025-07-01"), ("to", "2026-07-01")]),
    ("mix", &[("in", "areas:X02000062"), ("from", "2025-07-01"), ("to", "2026-07-01")]),
    ("hotspots", &[("cell", "8"), ("from", "2025-07-01"), ("to", "2026-07-01"), ("hot", "true")]),
    ("emerging", &[("cell", "7"), ("to", "2026-07-01")]),
    ("trend", &[("area", "areas"), ("source", "holm-police")]),
    ("scan", &[("cell", "8"), ("to", "2026-07-01"), ("replicates", "99")]),
    ("compare", &[("place", "areas:X02000062"), ("before", "2024-Q3"), ("after", "2025-Q3")]),
    ("briefing", &[("as_of", "2026-07-01")]),
    ("profile", &[("place", "areas:X02000062")]),
    ("vli", &[("layer", "areas")]),
    ("coverage", &[]),
];

fn answered(name: &str, pairs: &[(&str, &str)], format: &str) -> String {
    let snapshot = &county().snapshot;
    let asked = question(name).unwrap().ask(pairs.iter().copied()).unwrap();
    let reader = exact(snapshot);
    let mut answer = asked.answer(&reader).unwrap();
    let mut bytes = Vec::new();
    encoder(format).unwrap().write(snapshot, &mut answer, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Beginning and end of a long text, and how long it is.
fn short(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() <= 2 * LINES {
        return text.to_owned();
    }
    let (head, tail) = (lines[..LINES].join("\n"), lines[lines.len() - LINES..].join("\n"));
    format!("{head}\n[... {} lines, BLAKE3 {}]\n{tail}\n", lines.len(), blake3::hash(text.as_bytes()).to_hex())
}

#[test]
fn every_question_answers_as_recorded() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../recorded");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, pairs) in ASKED {
            let json: serde_json::Value = serde_json::from_str(&answered(name, pairs, "json")).unwrap();
            insta::assert_snapshot!(format!("{name}.json"), short(&serde_json::to_string_pretty(&json).unwrap()));
            insta::assert_snapshot!(format!("{name}.table"), short(&answered(name, pairs, "table")));
        }
    });
    for entry in &QUESTIONS {
        assert!(ASKED.iter().any(|a| a.0 == entry.declaration.name), "{} is recorded nowhere", entry.declaration.name);
    }
}
