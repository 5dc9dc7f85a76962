//! A place as it is asked for: the one grammar of flags, URLs and stored questions.

use std::fmt;

use geo::{Coord, LineString, MultiPolygon, Polygon};

use super::{asked_wrong::QueryError, bbox::BBox};

/// Most corners that a polygon of a question may have.
pub const MAX_CORNERS: usize = 100_000;

/// A place as asked for; what it names is looked up later.
///
/// # CRS
/// WGS 84 degrees, longitude first.
#[derive(Debug, Clone, PartialEq)]
pub enum PlaceRef {
    /// `LAYER:CODE`.
    Area(String, String),
    /// `cell:88194e6a1dfffff`, as written.
    Cell(String),
    /// `box:W/S/E/N`.
    Box(BBox),
    /// `ring:N@R:PLACE`: the cells of resolution R at most N steps from the place, without its own.
    Ring {
        /// Steps.
        steps: u32,
        /// Resolution of the cells.
        resolution: u8,
        /// The place inside.
        of: Box<Self>,
    },
    /// `programme:ID`.
    Programme(String),
    /// `session:ID`.
    Session(String),
    /// `polygon:NAME:...`: a polygon of the caller's, with the name it goes by.
    Polygon(String, MultiPolygon),
}

impl PlaceRef {
    /// Reads a place.
    ///
    /// # Errors
    /// [`QueryError::Invalid`] with the forms there are.
    ///
    /// # Examples
    /// ```
    /// use places::model::PlaceRef;
    /// let place = PlaceRef::parse("place", "msoa21:E02005560")?;
    /// assert_eq!(place, PlaceRef::Area("msoa21".into(), "E02005560".into()));
    /// assert_eq!(place.to_string(), "msoa21:E02005560");
    /// # Ok::<(), places::model::QueryError>(())
    /// ```
    pub fn parse(name: &str, text: &str) -> Result<Self, QueryError> {
        let error = || QueryError::invalid(name, text, FORMS);
        let (kind, rest) =
            text.trim().split_once(':').filter(|(a, b)| !a.is_empty() && !b.is_empty()).ok_or_else(error)?;
        Ok(match kind {
            "cell" => Self::Cell(rest.trim().to_lowercase()),
            "box" => Self::Box(BBox::parse(name, rest)?),
            "programme" => Self::Programme(rest.to_owned()),
            "session" => Self::Session(rest.to_owned()),
            "ring" => {
                let (numbers, of) = rest.split_once(':').ok_or_else(error)?;
                let (steps, resolution) = numbers.split_once('@').unwrap_or((numbers, "9"));
                Self::Ring {
                    steps: steps.parse().ok().filter(|s| (1..=20).contains(s)).ok_or_else(error)?,
                    resolution: resolution.parse().ok().filter(|r| (7..=10).contains(r)).ok_or_else(error)?,
                    of: Box::new(Self::parse(name, of)?),
                }
            }
            "polygon" => {
                let (title, rings) = rest.split_once(':').ok_or_else(error)?;
                Self::Polygon(title.to_owned(), rings_of(rings).ok_or_else(error)?)
            }
            layer => Self::Area(layer.to_owned(), rest.to_owned()),
        })
    }
}

const FORMS: &str = "LAYER:CODE such as msoa21:E02005560, cell:88194e6a1dfffff, box:W/S/E/N, ring:2@9:PLACE, programme:ID, session:ID, or a GeoJSON file";

impl fmt::Display for PlaceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Area(layer, code) => write!(f, "{layer}:{code}"),
            Self::Cell(cell) => write!(f, "cell:{cell}"),
            Self::Box(b) => write!(f, "box:{}/{}/{}/{}", b.west, b.south, b.east, b.north),
            Self::Ring { steps, resolution, of } => write!(f, "ring:{steps}@{resolution}:{of}"),
            Self::Programme(id) => write!(f, "programme:{id}"),
            Self::Session(id) => write!(f, "session:{id}"),
            Self::Polygon(name, polygons) => {
                write!(f, "polygon:{}:{}", name.replace([':', ','], " "), text_of(polygons))
            }
        }
    }
}

/// Polygons apart by `|`, rings by `;`, corners by blanks, the two degrees of a corner by `/`.
fn text_of(polygons: &MultiPolygon) -> String {
    let ring = |r: &LineString| r.0.iter().map(|c| format!("{}/{}", c.x, c.y)).collect::<Vec<_>>().join(" ");
    let polygon = |p: &Polygon| {
        let rings: Vec<String> = std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect();
        rings.join(";")
    };
    polygons.iter().map(polygon).collect::<Vec<_>>().join("|")
}

fn rings_of(text: &str) -> Option<MultiPolygon> {
    if text.matches('/').count() > MAX_CORNERS {
        return None;
    }
    let degrees = |text: &str, most: f64| text.parse::<f64>().ok().filter(|d| d.abs() <= most);
    let corner = |text: &str| {
        let (x, y) = text.split_once('/')?;
        Some(Coord { x: degrees(x, 180.0)?, y: degrees(y, 90.0)? })
    };
    let ring = |text: &str| {
        let corners: Vec<Coord> = text.split(' ').map(corner).collect::<Option<_>>()?;
        (corners.len() >= 4).then_some(LineString(corners))
    };
    let polygon = |text: &str| {
        let mut rings = text.split(';').map(ring).collect::<Option<Vec<_>>>()?.into_iter();
        Some(Polygon::new(rings.next()?, rings.collect()))
    };
    text.split('|').map(polygon).collect::<Option<Vec<_>>>().map(MultiPolygon)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_back_from_its_own_text() {
        for text in [
            "msoa21:E02005560",
            "cell:88194e6a1dfffff",
            "box:1/52.5/1.25/52.75",
            "ring:2@9:msoa21:E02005560",
            "programme:7",
            "session:fri-park",
            "polygon:beat:1/52 1.5/52 1.5/52.5 1/52;1.1/52.1 1.2/52.1 1.2/52.2 1.1/52.1|2/52 2.5/52 2.5/52.5 2/52",
        ] {
            assert_eq!(PlaceRef::parse("place", text).unwrap().to_string(), text);
        }
        for bad in [
            "",
            "msoa21",
            ":x",
            "x:",
            "ring:0@9:a:b",
            "ring:2@12:a:b",
            "polygon:a:1/2",
            "box:1/2/3",
            "polygon:a:1/2 3/4 nan/5 1/2",
        ] {
            assert!(PlaceRef::parse("place", bad).is_err(), "{bad}");
        }
    }
}
