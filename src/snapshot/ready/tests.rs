//! What comes back is what was built, or nothing: whatever was built, and whatever became of the file.

use geo::{Coord, LineString, MultiPolygon, Polygon};
use proptest::prelude::*;

use super::{Built, Ready, file};
use crate::{
    model::{Day, LonLat, PrecisionClass, Query},
    snapshot::{LayerArea, LoadedLayer},
    table::{Column, ColumnList, CompiledFilter, Known, NewPlace, RowDimension, Table, TableBuilder},
};

/// Layers of areas, and incidents of every kind about them.
fn made(rng: &mut fastrand::Rng) -> (Table, Vec<LoadedLayer>) {
    let layers: Vec<LoadedLayer> = (0..rng.usize(0..3)).map(|number| layer(rng, number)).collect();
    let sizes: Vec<(String, usize)> = layers.iter().map(|l| (l.name.clone(), l.areas.len())).collect();
    let mut builder = TableBuilder::new(&sizes, sizes.first().map(|s| s.0.as_str()));
    let places: Vec<NewPlace> = (0..rng.usize(0..40)).map(|_| place(rng)).collect();
    let areas: Vec<u32> = (0..places.len() * layers.len()).map(|_| rng.u32(..)).collect();
    let codes = builder.add_places(&places, |place, layer| {
        let size = sizes[layer].1 as u32 + 1;
        let area = areas[place * layers.len() + layer] % size;
        if area + 1 == size { u32::MAX } else { area }
    });
    for _ in 0..rng.usize(0..400) {
        let start = Day(20_000 + rng.i32(0..40));
        let end = Day(start.0 + [1, 1, 3, 30][rng.usize(0..4)]);
        let span = builder.span(start, end);
        let kind = builder.kind(["police", "asb"][rng.usize(0..2)], ["Theft", "Räuberei", "c"][rng.usize(0..3)]);
        let place = rng.choice(&codes).copied().filter(|_| rng.u8(0..10) > 0);
        builder.push(place, span, [rng.u8(0..24), crate::model::UNKNOWN_HOUR][rng.usize(0..2)], kind);
    }
    (builder.finish().unwrap(), layers)
}

fn place(rng: &mut fastrand::Rng) -> NewPlace {
    let at = LonLat::new(1.0 + f64::from(rng.u8(..)) / 1e3, 52.0 + f64::from(rng.u8(..)) / 1e3).unwrap();
    let class = PrecisionClass::from_code(rng.u8(0..10)).unwrap();
    NewPlace { lon: at.lon, lat: at.lat, class, finest: rng.u8(7..12), cells: crate::grid::cells_of_point(at) }
}

fn layer(rng: &mut fastrand::Rng, number: usize) -> LoadedLayer {
    let ring = |rng: &mut fastrand::Rng| {
        let mut corners: Vec<Coord> =
            (0..rng.usize(3..8)).map(|_| Coord { x: rng.f64(), y: 50.0 + rng.f64() }).collect();
        corners.push(corners[0]);
        LineString(corners)
    };
    let area = |i: usize, rng: &mut fastrand::Rng| LayerArea {
        code: format!("A{i:04}"),
        name: ["", "Näme", "x"][rng.usize(0..3)].to_owned(),
        district: format!("D{}", i % 3),
        district_name: String::new(),
        area_km2: rng.f64(),
        polygons: MultiPolygon(
            (0..rng.usize(0..3))
                .map(|_| Polygon::new(ring(rng), (0..rng.usize(0..3)).map(|_| ring(rng)).collect()))
                .collect(),
        ),
    };
    let areas = (0..[0, 3, 600][rng.usize(0..3)]).map(|i| area(i, rng)).collect();
    LoadedLayer {
        name: format!("layer{number}"),
        areas,
        digest: String::new(),
        indicators: std::collections::BTreeMap::default(),
        in_study_area: std::sync::OnceLock::new(),
    }
}

fn ready(folder: &tempfile::TempDir) -> Ready {
    Ready { folder: folder.path().join("cache"), name: "ready-test.places".to_owned(), key: [7; 32] }
}

fn names(layers: &[LoadedLayer]) -> Vec<(String, String)> {
    layers.iter().map(|l| (l.name.clone(), String::new())).collect()
}

fn same(built: &Built, table: &Table, layers: &[LoadedLayer]) -> bool {
    built.table == *table && built.areas.iter().eq(layers.iter().map(|l| &l.areas))
}

/// Counts by everything, which goes through every column.
fn count_by_everything(table: &Table) -> Vec<crate::table::Counts> {
    let query = Query::default();
    let filter = CompiledFilter::new(table, &query, &Known::default(), |_| true).unwrap();
    let dimensions = [
        RowDimension::of_category(table),
        RowDimension::of_source(table),
        RowDimension::of_hour(table),
        RowDimension::of_span(table, 7, |span| Some(span.start.0.rem_euclid(7) as usize)),
    ];
    let groupings = [&table.whole].into_iter().chain(&table.cells).chain(table.layers.iter().map(|l| &l.1));
    groupings.map(|grouping| table.count(grouping, &filter, &dimensions)).collect()
}

/// Another value somewhere in some column.
fn change(column: &mut Column<'static>, rng: &mut fastrand::Rng) {
    fn value<T: Copy>(values: &mut std::borrow::Cow<'static, [T]>, rng: &mut fastrand::Rng, to: impl Fn(T) -> T) {
        let values = values.to_mut();
        match rng.u8(0..6) {
            0 => drop(values.pop()),
            1 => values.extend_from_within(..values.len().min(1)),
            _ if !values.is_empty() => {
                let i = rng.usize(0..values.len());
                values[i] = to(values[i]);
            }
            _ => {}
        }
    }
    let bits = [1, 1 << rng.u32(0..64), rng.u64(..), u64::MAX][rng.usize(0..4)];
    match column {
        Column::Bytes(values) => value(values, rng, |v| v ^ bits as u8),
        Column::Words(values) => value(values, rng, |v| v.wrapping_add(bits as u32)),
        Column::Longs(values) => value(values, rng, |v| v ^ bits),
        Column::Floats(values) => value(values, rng, |v| f64::from_bits(v.to_bits() ^ bits)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_was_built_comes_back(seed in any::<u64>()) {
        let folder = tempfile::tempdir().unwrap();
        let (table, layers) = made(&mut fastrand::Rng::with_seed(seed));
        ready(&folder).write(&table, &layers);
        let built = ready(&folder).read(&names(&layers)).unwrap();
        prop_assert!(same(&built, &table, &layers));
        prop_assert_eq!(count_by_everything(&built.table), count_by_everything(&table));
        // For another key, and for other layers, there is none.
        let other = Ready { key: [8; 32], ..ready(&folder) };
        prop_assert!(other.read(&names(&layers)).is_none());
        let mut more = names(&layers);
        more.push(("more".to_owned(), String::new()));
        prop_assert!(ready(&folder).read(&more).is_none());
    }

    #[test]
    fn a_flipped_bit_a_cut_and_an_addition_are_noticed_anywhere(seed in any::<u64>()) {
        let folder = tempfile::tempdir().unwrap();
        let mut rng = fastrand::Rng::with_seed(seed);
        let (table, layers) = made(&mut rng);
        ready(&folder).write(&table, &layers);
        let whole = fs_err::read(ready(&folder).path()).unwrap();
        for _ in 0..40 {
            let mut bytes = whole.clone();
            let at = rng.usize(0..bytes.len());
            match rng.u8(0..4) {
                0 => bytes.truncate(at),
                1 => bytes.extend(std::iter::repeat_n(rng.u8(..), rng.usize(1..99))),
                // The header as often as all the rest.
                2 => bytes[at % 400] ^= 1 << rng.u32(0..8),
                _ => bytes[at] ^= 1 << rng.u32(0..8),
            }
            fs_err::write(ready(&folder).path(), bytes).unwrap();
            prop_assert!(ready(&folder).read(&names(&layers)).is_none());
        }
    }

    #[test]
    fn columns_of_any_content_give_a_table_that_counts_or_none(seed in any::<u64>()) {
        let folder = tempfile::tempdir().unwrap();
        let mut rng = fastrand::Rng::with_seed(seed);
        let (table, layers) = made(&mut rng);
        let mut list = ColumnList::default();
        layers.iter().for_each(|layer| super::layers::put_areas(&layer.areas, &mut list));
        table.put_columns(&mut list);
        let columns: Vec<Column<'static>> = list.into_columns().iter().map(Column::read_back).collect();
        fs_err::create_dir(folder.path().join("cache")).unwrap();
        for _ in 0..20 {
            let mut changed = columns.clone();
            let i = rng.usize(0..changed.len());
            change(&mut changed[i], &mut rng);
            let out = fs_err::File::create(ready(&folder).path()).unwrap();
            file::write(out.file(), &[7; 32], &changed).unwrap();
            if let Some(built) = ready(&folder).read(&names(&layers)) {
                count_by_everything(&built.table);
            }
        }
    }
}

#[test]
fn several_writers_and_readers_at_once_leave_one_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let made: Vec<(Table, Vec<LoadedLayer>)> = (0..4).map(|seed| made(&mut fastrand::Rng::with_seed(seed))).collect();
    let of = |i: u8| Ready { name: format!("ready-{i}.places"), key: [i; 32], ..ready(&folder) };
    std::thread::scope(|scope| {
        for (i, (table, layers)) in (0..).zip(&made) {
            scope.spawn(move || {
                for _ in 0..50 {
                    of(i).write(table, layers);
                    let built = of(i).read(&names(layers));
                    assert!(built.is_none_or(|built| same(&built, table, layers)));
                }
            });
        }
    });
    of(2).write(&made[2].0, &made[2].1);
    let left: Vec<_> = fs_err::read_dir(folder.path().join("cache")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["ready-2.places"]);
}

#[test]
fn where_nothing_can_be_written_nothing_is_and_nothing_fails() {
    let folder = tempfile::tempdir().unwrap();
    let (table, layers) = made(&mut fastrand::Rng::with_seed(1));
    // A file in the way stops even a superuser, whom no permission would.
    fs_err::write(folder.path().join("cache"), "in the way").unwrap();
    ready(&folder).write(&table, &layers);
    assert!(ready(&folder).read(&names(&layers)).is_none());
    assert_eq!(fs_err::read(folder.path().join("cache")).unwrap(), b"in the way");
    // A folder with the file's name is no file to be read, and is not removed.
    fs_err::remove_file(folder.path().join("cache")).unwrap();
    fs_err::create_dir_all(ready(&folder).path()).unwrap();
    ready(&folder).write(&table, &layers);
    assert!(ready(&folder).read(&names(&layers)).is_none());
    assert!(ready(&folder).path().is_dir());
}
