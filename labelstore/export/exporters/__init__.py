"""The exporters: a module `some_format` here has `EXPORTER`, the record of the format `some-format`."""
