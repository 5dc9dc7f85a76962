//! The question as it is declared, read and answered.

use super::{
    compare,
    request::{CompareRequest, Comparison, MAX_COMPARISON, METHOD, Picked, RING_RESOLUTION, RINGS},
};
use crate::{
    ask::{
        Answer, AskError, Canonical, Declaration, Exact, KIND, Kept, Kind, Parameter, Question, Shape, Values, query_of,
    },
    model::{Query, QueryError},
    snapshot::{Region, Snapshot},
};

const OWN: &[Parameter] = &[
    Parameter::new(
        "place",
        Kind::Places { most: 1, words: &[] },
        "LAYER:CODE, cell:CELL or a GeoJSON file with polygons",
        "msoa21:E02005560",
    )
    .needed(),
    Parameter::new("before", Kind::Period, "Period before", "2024-Q1").needed(),
    Parameter::new("after", Kind::Period, "Period after", "2025-Q1").needed(),
    Parameter::new(
        "comparison",
        Kind::Places { most: MAX_COMPARISON, words: &["suggested", "none"] },
        "Areas to compare with (comma list), none, or suggested: three similar ones",
        "msoa21:E02005561",
    )
    .or("suggested"),
    Parameter::new(
        "ring",
        Kind::Whole { from: 0, to: 20 },
        "Rings of cells round the place in which displacement is looked for",
        "2",
    )
    .or("2"),
    Parameter::new("ring_cell", Kind::Whole { from: 7, to: 10 }, "Resolution of the ring's cells, 7 to 10", "9")
        .or("9"),
    Parameter::new(
        "picked",
        Kind::Word(&["auto", "peak", "otherwise"]),
        "Whether the place was picked because it was high: peak, otherwise or auto",
        "peak",
    )
    .or("auto"),
    Parameter::new("permutations", Kind::Whole { from: 99, to: 9999 }, "Placebo permutations", "999").or("999"),
    Parameter::new("seed", Kind::Whole { from: 0, to: i64::MAX as u64 }, "Seed of the permutations", "1").or("1"),
];

const PICKED: [(&str, Picked); 3] =
    [("auto", Picked::Unsaid), ("peak", Picked::AtPeak), ("otherwise", Picked::Otherwise)];

impl Question for CompareRequest {
    const DECLARATION: Declaration = Declaration {
        help: "\
Examples:
  places compare --place msoa21:E02005560 --before 2024-Q1 --after 2025-Q1
  places compare --place beat.geojson --before 2024-01-01..2024-07-01 --after 2025-01-01..2025-07-01 --definition asb
  places compare --place cell:88194e6a1dfffff --before 2024 --after 2025 --comparison none --ring 0 --format json

Periods are half-open: the second day is the first no longer inside. 2024, 2024-Q1 and 2024-03 are whole periods.
Three similar areas are chosen for comparison where none are given. The claim is stored; `places claims replay ID`
makes it again.",
        how: "exact and mid-P rate ratio, widened by the dispersion of monthly counts; season from all other areas and earlier years, ratio of ratios widened by the variance between the other areas' changes, with placebo permutation, displacement ring with its own interval, the place's own past at a peak",
        references: "Clopper & Pearson 1934; Wheeler & Ratcliffe 2018; Bowers & Johnson 2003; Efron & Morris 1975; Donner & Zou 2012; Marshall 1991",
        shape: Shape::Sentences,
        kept: true,
        groups: &[OWN, KIND],
        ..Declaration::new(
            "compare",
            METHOD,
            "Is a change real? Two periods of a place, with uncertainty and a verdict",
        )
    };

    fn read(values: &Values) -> Result<Self, QueryError> {
        let needed = |name: &str| values.period(name).ok_or_else(|| QueryError::invalid(name, "", "a period"));
        let place = values.places("place")?.pop().ok_or_else(|| QueryError::invalid("place", "", "a place"))?;
        let comparison = match values.all("comparison") {
            [word] if word == "none" => Comparison::None,
            [word] if word == "suggested" => Comparison::Suggested,
            [] => Comparison::Suggested,
            _ => Comparison::Given(values.places("comparison")?),
        };
        Self {
            place,
            before: needed("before")?,
            after: needed("after")?,
            comparison,
            rings: values.whole("ring").map_or(RINGS, |n| n as u32),
            ring_resolution: values.whole("ring_cell").map_or(RING_RESOLUTION, |n| n as u8),
            picked: values.word("picked", &PICKED).unwrap_or(Picked::Unsaid),
            permutations: values.whole("permutations").unwrap_or(999) as usize,
            seed: values.whole("seed").unwrap_or(1),
            query: query_of(values)?,
            cutoff: values.cutoff,
            canonical: Canonical::of(&Self::DECLARATION, values),
        }
        .check()
    }

    fn query(&mut self) -> &mut Query {
        &mut self.query
    }

    fn names(&self, ground: &Snapshot) -> Result<(), AskError> {
        Region::of_place(ground, "place", &self.place)?;
        if let Comparison::Given(places) = &self.comparison {
            places.iter().try_for_each(|place| Region::of_place(ground, "comparison", place).map(|_| ()))?;
        }
        Ok(())
    }

    fn answer<'r>(&self, reader: &'r Exact<'r>) -> Result<Answer<'r>, AskError> {
        let resolved = self.resolved(reader);
        let claim = compare(reader, &resolved)?;
        let kept = Kept {
            id: claim.claim_id.clone(),
            cutoff: claim.data_cutoff.clone(),
            named: vec![("source", resolved.query.sources.clone())],
            place: claim.place_name.clone(),
            says: claim.title(),
        };
        let (lines, rows) = (claim.lines(), claim.rows());
        Ok(Answer { kept: Some(kept), ..Answer::sentences(lines, claim, rows) })
    }
}
