//! `places profile`: one place, whole: mix, trend with its expected band, weekday and hour, average week, rates, rank.

mod answer;
mod figures;
mod question;

pub use answer::{MixPart, MonthPoint, Profile, Rank, ResidentRate, Week, WeekShape};
pub use question::{ProfileRequest, profile};
