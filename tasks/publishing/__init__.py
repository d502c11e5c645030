"""What people open afterwards: manifest, contact sheet, variants cut anew."""
