//! OSTN15: the forty official points to the millimetre, and there and back anywhere.

use places::model::{BngPoint, LonLat, bng_to_lonlat, lonlat_to_bng};
use proptest::prelude::*;

use crate::support::shared;

fn rows(name: &str) -> Option<Vec<Vec<String>>> {
    let text = fs_err::read_to_string(shared("ostn15")?.join(name)).unwrap();
    let rows = text.lines().skip(1).filter(|l| !l.trim().is_empty());
    Some(rows.map(|l| l.split(',').map(|f| f.trim().to_owned()).collect()).collect())
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

#[test]
fn forty_official_points_go_to_the_grid_within_two_millimetres() {
    let (Some(input), Some(output)) =
        (rows("OSTN15_OSGM15_TestInput_ETRStoOSGB.txt"), rows("OSTN15_OSGM15_TestOutput_ETRStoOSGB.txt"))
    else {
        return;
    };
    assert_eq!(input.len(), 40);
    let mut worst = 0.0_f64;
    for (from, to) in input.iter().zip(&output) {
        assert_eq!(from[0], to[0]);
        let found = lonlat_to_bng(LonLat::new(number(&from[2]), number(&from[1])).unwrap()).unwrap();
        worst = worst.max((found.easting - number(&to[1])).abs()).max((found.northing - number(&to[2])).abs());
    }
    println!("worst coordinate: {:.2} mm", worst * 1000.0);
    assert!(worst < 0.002, "{worst} m");
}

#[test]
fn forty_official_points_come_back_within_five_millimetres() {
    let (Some(input), Some(output)) =
        (rows("OSTN15_OSGM15_TestInput_OSGBtoETRS.txt"), rows("OSTN15_OSGM15_TestOutput_OSGBtoETRS.txt"))
    else {
        return;
    };
    let results: Vec<_> = output.iter().filter(|row| row[1] == "RESULT").collect();
    assert_eq!((input.len(), results.len()), (40, 40));
    for (from, to) in input.iter().zip(results) {
        assert_eq!(from[0], to[0]);
        let grid = BngPoint { easting: number(&from[1]), northing: number(&from[2]) };
        let found = bng_to_lonlat(grid).unwrap();
        let north_m = (found.lat - number(&to[2])).abs() * 111_300.0;
        let east_m = (found.lon - number(&to[3])).abs() * 111_300.0 * found.lat.to_radians().cos();
        // The official pairs themselves differ by up to 4.7 mm there and back (TP31, St Kilda).
        assert!(north_m < 0.005 && east_m < 0.005, "{}: {north_m} m north, {east_m} m east", from[0]);
    }
}

proptest! {
    #[test]
    fn any_point_of_the_grid_comes_back(easting in 1_000.0_f64..698_000.0, northing in 1_000.0_f64..1_248_000.0) {
        let there = bng_to_lonlat(BngPoint { easting, northing }).unwrap();
        let back = lonlat_to_bng(there).unwrap();
        prop_assert!((back.easting - easting).abs() < 0.001 && (back.northing - northing).abs() < 0.001);
    }
}

#[test]
fn outside_the_grid_there_is_an_error_and_no_guess() {
    for (lon, lat) in [(10.0, 52.0), (-20.0, 52.0), (0.0, 0.0), (2.3, 48.8), (179.9, -80.0)] {
        assert!(lonlat_to_bng(LonLat::new(lon, lat).unwrap()).is_err(), "{lon}, {lat}");
    }
    for (easting, northing) in [(-1e6, 3e5), (9e5, 3e5), (f64::NAN, 3e5), (6e5, f64::INFINITY), (1e300, 1e300)] {
        assert!(bng_to_lonlat(BngPoint { easting, northing }).is_err(), "{easting}, {northing}");
    }
}
