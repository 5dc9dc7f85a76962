//! `places count`: incidents by any dimensions, with the boxes that make every sum whole.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{
    AnalysisError, Column, PlaceDimension, PlaceKey, Plan, Rows, Values,
    zeros::{self, Tuple},
};
use crate::{
    grid,
    model::{Dimension, Query, QueryError, Rate},
    snapshot::Snapshot,
    table::{Boxes, Counts, strides},
};

/// Most rows that an answer may have.
pub(super) const MAX_ROWS: usize = 5_000_000;

/// What stands beside the rows.
#[derive(Debug, Clone, Default, serde::Serialize, utoipa::ToSchema)]
pub struct Summary {
    /// Every incident that matches, or may match, the filters on time and kind; the next five add up to it.
    pub total: u64,
    /// In the rows (before `top` cuts them).
    pub counted: u64,
    /// Without coordinates.
    pub not_located: u64,
    /// Outside the study area, or outside the place asked for.
    pub outside_study_area: u64,
    /// Position not precise enough for the dimension.
    pub too_coarse: u64,
    /// Time not precise enough for the dimension or filter.
    pub time_too_coarse: u64,
    /// Of `outside_study_area`: in the study area, but not in the place asked for, or in no area of the layer.
    pub outside_place: u64,
    /// Months of the period and sources asked for that have not been received, as `SOURCE MONTH DISTRICT` or
    /// `SOURCE FIRST..LAST DISTRICT` (`all` where no district's has).
    pub not_received: Vec<String>,
    /// State of the data the answer was made from.
    pub snapshot: u64,
    /// How the answer is protected.
    pub protection: String,
}

/// Rows and summary.
#[derive(Debug, Clone, Default)]
pub struct CountAnswer {
    /// The rows.
    pub rows: Rows,
    /// What stands beside them.
    pub summary: Summary,
}

/// Counts incidents.
///
/// # Errors
/// [`AnalysisError`] for names that are not known, or more rows than an answer may have.
pub fn count(snapshot: &Snapshot, query: &Query) -> Result<CountAnswer, AnalysisError> {
    let plan = Plan::new(snapshot, query)?;
    let dimensions: Vec<_> = plan.coded.iter().map(|c| c.dimension.clone()).collect();
    let counts = snapshot.table.count(&plan.grouping, &plan.filter, &dimensions);
    let (rows, mut cut) = Cut::of(&counts, query.top, plan.in_order_of_groups(query));
    if rows > MAX_ROWS {
        let found = format!("{rows} rows");
        let expected = format!("at most {MAX_ROWS} rows: ask for fewer dimensions or a shorter period");
        return Err(QueryError::invalid("by", &found, expected).into());
    }
    let strides = strides(&dimensions);
    let mut tuples: Vec<Tuple> = Vec::new();
    counts.rows().for_each(|row| {
        if cut.as_mut().is_none_or(|cut| cut.keeps(row.count)) {
            let mut values = plan.place_values(row.group);
            let coded = dimensions.iter().zip(&strides);
            values.extend(coded.map(|(d, stride)| (row.key / stride) % d.size.max(1)));
            tuples.push((plan.in_order(query, values), row.count));
        }
    });
    // Where rows were cut off there is no room for zeros.
    if query.zeros && cut.is_none() {
        zeros::fill(&plan, query, &counts.uncertain, &mut tuples)?;
    }
    tuples.sort_unstable();
    if let Some(top) = query.top {
        tuples.sort_by_key(|(_, count)| Reverse(*count));
        tuples.truncate(top);
    }
    let mut rows = rows_of(&plan, query, &tuples);
    if let Some(set) = &query.harm {
        rows.columns.extend(harm_columns(snapshot, query, set, &rows)?);
    }
    Ok(CountAnswer { rows, summary: summary_of(snapshot, query, &counts.boxes) })
}

/// Sum of the weights of harm of the incidents of every row, and how many of them have none.
///
/// Harm stands beside counts and is never tested: one homicide weighs as much as hundreds of lesser offences.
fn harm_columns(snapshot: &Snapshot, query: &Query, set: &str, rows: &Rows) -> Result<Vec<Column>, AnalysisError> {
    let unknown = || QueryError::unknown("harm", set, snapshot.harm.keys());
    let weights = snapshot.harm.get(set).ok_or_else(unknown)?;
    let by_category = query.by.iter().position(|d| *d == Dimension::Category);
    let mut asked = Query { harm: None, rate: None, top: None, zeros: false, ..query.clone() };
    if by_category.is_none() {
        asked.by.push(Dimension::Category);
    }
    let found = count(snapshot, &asked)?.rows;
    let dimensions = |rows: &Rows| rows.columns.iter().take_while(|c| c.name != "count").count();
    let key = |rows: &Rows, row: usize, columns: usize| (0..columns).map(|c| rows.text(c, row)).collect::<Vec<_>>();
    let own = dimensions(rows);
    let category = found.columns.iter().position(|c| c.name == "category").unwrap_or(0);
    let mut sums: std::collections::HashMap<Vec<String>, (f64, u64)> = std::collections::HashMap::new();
    let Some(Values::Counts(counts)) = found.columns.get(dimensions(&found)).map(|c| &c.values) else {
        return Ok(Vec::new());
    };
    for (row, &count) in counts.iter().enumerate() {
        let sum = sums.entry(key(&found, row, own)).or_default();
        match weights.get(&crate::model::fold(&found.text(category, row))) {
            Some(weight) => sum.0 += weight * count as f64,
            None => sum.1 += count,
        }
    }
    let of_rows: Vec<(f64, u64)> =
        (0..rows.len()).map(|row| sums.get(&key(rows, row, own)).copied().unwrap_or_default()).collect();
    let (harm, unweighted) = of_rows.into_iter().unzip();
    Ok(vec![
        Column { name: "harm".to_owned(), values: Values::Numbers(harm) },
        Column { name: "count_without_weight".to_owned(), values: Values::Counts(unweighted) },
    ])
}

/// Which rows can be among the first when they are sorted by count: others need not be looked at further.
struct Cut {
    /// The least count among them.
    least: u64,
    /// How many rows with just that count there is room for.
    room: usize,
}

impl Cut {
    /// The number of rows, and a cut after `top` of them where there are more. Of rows with equal counts the first
    /// are kept where rows come `in_order`, else all.
    fn of(counts: &Counts, top: Option<usize>, in_order: bool) -> (usize, Option<Self>) {
        let Some(top) = top else { return (counts.rows().count(), None) };
        let mut largest: BinaryHeap<Reverse<u64>> = BinaryHeap::new();
        let (mut rows, mut least) = (0, 0);
        counts.rows().for_each(|row| {
            rows += 1;
            if largest.len() < top {
                largest.push(Reverse(row.count));
            } else if row.count > least {
                largest.pop();
                largest.push(Reverse(row.count));
            } else {
                return;
            }
            least = largest.peek().filter(|_| largest.len() == top).map_or(0, |least| least.0);
        });
        let room = if in_order { largest.iter().filter(|count| count.0 == least).count() } else { usize::MAX };
        (rows, (rows > top).then_some(Self { least, room }))
    }

    fn keeps(&mut self, count: u64) -> bool {
        let equal = count == self.least && self.room > 0;
        self.room -= usize::from(equal);
        equal || count > self.least
    }
}

/// Counts of some groups of one place dimension, in their order, and whether a count of none is in doubt because
/// incidents may match that cannot be told: what a tile asks for.
///
/// The same filters and groups as [`count`], so the same numbers.
#[must_use]
pub fn count_of_groups(plan: &Plan<'_>, groups: &[u32]) -> Vec<(u64, bool)> {
    plan.snapshot.table.count_groups(&plan.grouping, groups, &plan.filter)
}

impl Plan<'_> {
    /// Values of the place dimensions of a group: cells as themselves, areas as positions.
    pub(super) fn place_values(&self, group: u32) -> Vec<u64> {
        let value = |place: &PlaceDimension, group: u32| match place {
            PlaceDimension::Cell(resolution) => {
                let cells = self.snapshot.table.cell_groups(*resolution).map_or(&[][..], |g| g.1);
                cells[group as usize]
            }
            PlaceDimension::Area(_) => u64::from(group),
        };
        match self.places.as_slice() {
            [] => Vec::new(),
            [one] => vec![value(one, group)],
            several => {
                let groups = &self.combined[group as usize];
                several.iter().zip(groups).map(|(place, &group)| value(place, group)).collect()
            }
        }
    }

    /// Whether counted rows, which come by group and key, come in the order of the dimensions asked for.
    fn in_order_of_groups(&self, query: &Query) -> bool {
        let is_place = |d: &Dimension| matches!(d, Dimension::Cell(_) | Dimension::Area(_));
        match self.places.len() {
            0 => true,
            1 => query.by.first().is_some_and(is_place),
            _ => false,
        }
    }

    /// Values of place dimensions, then row dimensions, put in the order asked for.
    pub(super) fn in_order(&self, query: &Query, values: Vec<u64>) -> Vec<u64> {
        let mut place = values.iter().take(self.places.len());
        let mut row = values.iter().skip(self.places.len());
        let is_place = |d: &Dimension| matches!(d, Dimension::Cell(_) | Dimension::Area(_));
        query.by.iter().filter_map(|d| if is_place(d) { place.next() } else { row.next() }.copied()).collect()
    }
}

pub(super) fn summary_of(snapshot: &Snapshot, query: &Query, boxes: &Boxes) -> Summary {
    let sources = if query.sources.is_empty() { snapshot.table.sources() } else { &query.sources };
    Summary {
        total: boxes.total,
        counted: boxes.counted,
        not_located: boxes.not_located,
        outside_study_area: boxes.outside_study_area,
        too_coarse: boxes.too_coarse,
        time_too_coarse: boxes.time_too_coarse,
        outside_place: boxes.outside_place,
        not_received: snapshot.coverage.gaps(sources, query.period()),
        snapshot: snapshot.id,
        protection: query.protection.name().to_owned(),
    }
}

fn rows_of(plan: &Plan<'_>, query: &Query, tuples: &[Tuple]) -> Rows {
    let mut columns = Vec::new();
    let mut coded = plan.coded.iter();
    let mut places = plan.places.iter();
    let layers = plan.places.iter().filter(|p| matches!(p, PlaceDimension::Area(_))).count();
    let mut keys = Vec::new();
    for (i, dimension) in query.by.iter().enumerate() {
        match dimension {
            Dimension::Cell(_) | Dimension::Area(_) => {
                let Some(place) = places.next() else { continue };
                if keys.is_empty() {
                    keys = tuples.iter().map(|t| plan.key_of(place, t.0[i])).collect();
                }
                columns.extend(place_columns(plan, place, layers > 1, tuples, i));
            }
            other => {
                let Some(coded) = coded.next() else { continue };
                let of_row = tuples.iter().map(|t| t.0[i] as u32).collect();
                let values = Values::Text { texts: coded.texts.clone(), of_row };
                columns.push(Column { name: other.to_string(), values });
            }
        }
    }
    let counts: Vec<u64> = tuples.iter().map(|t| t.1).collect();
    let rates = rate_columns(plan, query, &keys, &counts);
    columns.push(Column { name: "count".to_owned(), values: Values::Counts(counts) });
    columns.extend(rates);
    Rows { columns, places: keys }
}

impl Plan<'_> {
    fn key_of(&self, place: &PlaceDimension, value: u64) -> PlaceKey {
        match place {
            PlaceDimension::Cell(_) => PlaceKey::Cell(value),
            PlaceDimension::Area(layer) => PlaceKey::Area(self.snapshot.layers[*layer].name.clone(), value as u32),
        }
    }
}

fn place_columns(plan: &Plan<'_>, place: &PlaceDimension, prefixed: bool, tuples: &[Tuple], i: usize) -> Vec<Column> {
    let PlaceDimension::Area(layer) = place else {
        let cells = tuples.iter().map(|t| t.0[i]).collect();
        return vec![Column { name: "cell".to_owned(), values: Values::Cells(cells) }];
    };
    let layer = &plan.snapshot.layers[*layer];
    let prefix = if prefixed { layer.name.as_str() } else { "area" };
    let of_row: Vec<u32> = tuples.iter().map(|t| t.0[i] as u32).collect();
    let column = |what: &str, text: fn(&crate::snapshot::LayerArea) -> &String| Column {
        name: format!("{prefix}_{what}"),
        values: Values::Text { texts: layer.areas.iter().map(|a| text(a).clone()).collect(), of_row: of_row.clone() },
    };
    vec![column("code", |a| &a.code), column("name", |a| &a.name)]
}

/// What a place's count is divided by, and the factor of the rate: 1,000 for indicators, 1 for square kilometres.
pub(super) fn denominator(snapshot: &Snapshot, rate: &Rate, place: &PlaceKey) -> (f64, f64) {
    match (rate, place) {
        (Rate::Km2, PlaceKey::Cell(cell)) => (grid::area_km2(*cell), 1.0),
        (Rate::Km2, PlaceKey::Area(layer, area)) => {
            let area = snapshot.layer(layer).and_then(|l| l.areas.get(*area as usize));
            (area.map_or(f64::NAN, |a| a.area_km2), 1.0)
        }
        (Rate::Indicator(name), PlaceKey::Area(layer, area)) => {
            let values = snapshot.layer(layer).and_then(|l| l.indicators.get(name));
            (values.and_then(|v| v.get(*area as usize)).copied().unwrap_or(f64::NAN), 1000.0)
        }
        (Rate::Indicator(_), PlaceKey::Cell(_)) => (f64::NAN, 1000.0),
    }
}

/// A rate, or NaN where there is nothing to divide by.
#[must_use]
pub(crate) fn rate_of(snapshot: &Snapshot, rate: &Rate, place: &PlaceKey, count: u64) -> (f64, f64) {
    let (denominator, factor) = denominator(snapshot, rate, place);
    let value = if denominator > 0.0 { factor * count as f64 / denominator } else { f64::NAN };
    (denominator, value)
}

fn rate_columns(plan: &Plan<'_>, query: &Query, keys: &[PlaceKey], counts: &[u64]) -> Vec<Column> {
    let Some(rate) = &query.rate else { return Vec::new() };
    let pairs = keys.iter().zip(counts).map(|(key, &count)| rate_of(plan.snapshot, rate, key, count));
    let (denominators, rates) = pairs.unzip();
    vec![
        Column { name: "denominator".to_owned(), values: Values::Numbers(denominators) },
        Column { name: "rate".to_owned(), values: Values::Numbers(rates) },
    ]
}
