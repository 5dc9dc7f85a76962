#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| places_fuzz::run("log", data));
