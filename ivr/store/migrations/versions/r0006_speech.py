"""Speech: calls whose sound is a stream; what they listened for, and how it went."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nobody was listened to before."""
    op.add_column("calls", sa.Column("streamed_at", sa.Double(), nullable=True))
    op.create_table(
        "listenings",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("heard_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sure", sa.Double(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("lag", sa.Double(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "n", name="listenings_pk"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="listenings_call_id_fk"),
    )
    op.create_index("listenings_at", "listenings", ["at"])


def downgrade() -> None:
    """Drop it; calls and turns stay."""
    op.drop_table("listenings")
    op.drop_column("calls", "streamed_at")
