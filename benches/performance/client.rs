//! A server as a process of its own, and a client over a real socket.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use super::jobs::Input;

pub struct Client(BufReader<TcpStream>);

impl Client {
    pub fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    /// Status and body.
    pub fn get(&mut self, path: &str) -> (u16, Vec<u8>) {
        write!(self.0.get_mut(), "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).unwrap();
            let line = line.trim_end();
            if status == 0 {
                status = line.split(' ').nth(1).unwrap().parse().unwrap();
            } else if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                length = value.parse().unwrap();
            } else if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        (status, body)
    }

    /// Status, and every piece of a body that comes in chunks.
    pub fn stream(&mut self, path: &str, mut piece: impl FnMut(&[u8])) -> u16 {
        write!(self.0.get_mut(), "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        while !line.trim_end().is_empty() {
            line.clear();
            self.0.read_line(&mut line).unwrap();
        }
        let mut bytes = Vec::new();
        loop {
            line.clear();
            self.0.read_line(&mut line).unwrap();
            let length = usize::from_str_radix(line.trim_end(), 16).expect("the body broke off");
            bytes.resize(length + 2, 0);
            self.0.read_exact(&mut bytes).unwrap();
            if length == 0 {
                return status;
            }
            piece(&bytes[..length]);
        }
    }
}

pub fn start(input: &Input) -> (Child, String) {
    let mut server = Command::new(env!("CARGO_BIN_EXE_places"))
        .arg("--workspace")
        .arg(&input.workspace)
        .args(["serve", "--addr", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    let line = lines.find(|l| l.as_ref().unwrap().contains("serving http://")).unwrap().unwrap();
    let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    std::thread::spawn(move || lines.for_each(drop));
    (server, address)
}

pub fn stop(mut server: Child) {
    let _ = server.kill();
    let _ = server.wait();
}
