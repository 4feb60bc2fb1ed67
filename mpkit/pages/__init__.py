"""The pages of the dashboard: each a Streamlit script, and beside them the few widgets they share."""
