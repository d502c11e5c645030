"""What every chapter hands on: frozen records and pure rules over them; no Prefect, no input or output."""
