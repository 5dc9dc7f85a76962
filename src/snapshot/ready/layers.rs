//! The areas of a layer as columns, and back.

use geo::{Coord, LineString, MultiPolygon, Polygon};

use crate::{
    snapshot::LayerArea,
    table::{ColumnList, ColumnsRead},
};

/// Areas whose outlines share columns, so that several workers read one layer.
const PART_AREAS: usize = 512;

/// Puts the areas of one layer.
pub(super) fn put_areas<'a>(areas: &'a [LayerArea], list: &mut ColumnList<'a>) {
    let texts: [fn(&LayerArea) -> &str; 4] = [|a| &a.code, |a| &a.name, |a| &a.district, |a| &a.district_name];
    texts.iter().for_each(|text| list.texts(areas.iter().map(text)));
    list.floats(areas.iter().map(|a| a.area_km2).collect::<Vec<_>>());
    for part in areas.chunks(PART_AREAS) {
        let polygons = || part.iter().flat_map(|a| &a.polygons.0);
        let rings = || polygons().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
        list.words(part.iter().map(|a| a.polygons.0.len() as u32).collect::<Vec<_>>());
        list.words(polygons().map(|p| p.interiors().len() as u32 + 1).collect::<Vec<_>>());
        list.words(rings().map(|ring| ring.0.len() as u32).collect::<Vec<_>>());
        list.floats(rings().flat_map(|ring| ring.0.iter().flat_map(|c| [c.x, c.y])).collect::<Vec<_>>());
    }
}

/// The areas of the next layer; `None` where the columns are not a layer's.
pub(super) fn take_areas(read: &mut ColumnsRead) -> Option<Vec<LayerArea>> {
    let mut texts = [read.texts()?, read.texts()?, read.texts()?, read.texts()?].map(Vec::into_iter);
    let sizes = read.floats()?;
    let same = texts.iter().all(|t| t.len() == sizes.len()) && texts[0].as_slice().is_sorted();
    let mut areas = Vec::with_capacity(sizes.len());
    for part in sizes.chunks(PART_AREAS) {
        let mut outlines = Outlines::take(read)?;
        for &area_km2 in part {
            let polygons = outlines.next_area()?;
            let mut text = texts.iter_mut().map(Iterator::next);
            let mut next = || text.next().flatten();
            areas.push(LayerArea {
                code: next()?,
                name: next()?,
                district: next()?,
                district_name: next()?,
                area_km2,
                polygons,
            });
        }
        outlines.is_done().then_some(())?;
    }
    same.then_some(areas)
}

/// The outlines of some areas, taken one area after the other.
struct Outlines {
    polygons_of_area: std::vec::IntoIter<u32>,
    rings_of_polygon: std::vec::IntoIter<u32>,
    points_of_ring: std::vec::IntoIter<u32>,
    coordinates: Vec<f64>,
    taken: usize,
}

impl Outlines {
    fn take(read: &mut ColumnsRead) -> Option<Self> {
        let outlines = Self {
            polygons_of_area: read.words()?.into_iter(),
            rings_of_polygon: read.words()?.into_iter(),
            points_of_ring: read.words()?.into_iter(),
            coordinates: read.floats()?,
            taken: 0,
        };
        outlines.coordinates.iter().all(|v| v.is_finite()).then_some(outlines)
    }

    fn next_area(&mut self) -> Option<MultiPolygon> {
        (0..self.polygons_of_area.next()?).map(|_| self.next_polygon()).collect::<Option<_>>().map(MultiPolygon)
    }

    fn next_polygon(&mut self) -> Option<Polygon> {
        let rings = self.rings_of_polygon.next()?;
        let outer = self.next_ring()?;
        let holes = (1..rings).map(|_| self.next_ring()).collect::<Option<_>>()?;
        Some(Polygon::new(outer, holes))
    }

    fn next_ring(&mut self) -> Option<LineString> {
        let end = self.taken.checked_add((self.points_of_ring.next()? as usize).checked_mul(2)?)?;
        let (pairs, _) = self.coordinates.get(self.taken..end)?.as_chunks::<2>();
        self.taken = end;
        Some(LineString(pairs.iter().map(|&[x, y]| Coord { x, y }).collect()))
    }

    fn is_done(&self) -> bool {
        let left = [&self.polygons_of_area, &self.rings_of_polygon, &self.points_of_ring];
        left.iter().all(|counts| counts.len() == 0) && self.taken == self.coordinates.len()
    }
}
